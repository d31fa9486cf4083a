import type { Node } from 'yaml';
import type { ComposeService } from '../../contract/index.ts';
import type { ComposeDocument, Entry } from './document.ts';
import { interpolate, type Lookup } from './variables.ts';

/** One way in which a service needs another. */
export interface Need {
  service: string;
  document: ComposeDocument;
  node: Node;
}

/** A service over all files. */
export interface ServiceModel {
  name: string;
  parts: { document: ComposeDocument; entry: Entry }[];
  needs: Need[];
}

/** Services by name, each with its part of every file. */
export function readServices(documents: readonly ComposeDocument[]): Map<string, ServiceModel> {
  const services = new Map<string, ServiceModel>();
  for (const document of documents) {
    for (const entry of document.entries(document.entry(document.root, 'services')?.value ?? null) ?? []) {
      const service = services.get(entry.key) ?? { name: entry.key, parts: [], needs: [] };
      service.parts.push({ document, entry });
      service.needs.push(...readNeeds(document, entry.value));
      services.set(entry.key, service);
    }
  }
  return services;
}

/** `depends_on`, `links`, and namespaces that are another service's. */
function readNeeds(document: ComposeDocument, service: Node | null): Need[] {
  const value = (key: string) => document.entry(service, key)?.value ?? null;
  const needs: Need[] = document.names(value('depends_on')).map(({ name, node }) => ({ service: name, document, node }));
  for (const { name, node } of document.names(value('links'))) needs.push({ service: name.split(':')[0] ?? name, document, node });
  for (const { name, node } of document.names(value('volumes_from')))
    if (!name.startsWith('container:')) needs.push({ service: name.split(':')[0] ?? name, document, node });
  for (const key of ['network_mode', 'pid', 'ipc']) {
    const node = value(key);
    const target = /^service:(.+)$/.exec(document.scalar(node) ?? '')?.[1];
    if (target !== undefined && node !== null) needs.push({ service: target, document, node });
  }
  return needs;
}

/** The image’s name with its variables, where they have values. */
export function toService({ name, parts, needs }: ServiceModel, lookup: Lookup): ComposeService {
  const last = (key: string) =>
    parts.flatMap(({ document, entry }) => document.scalar(document.entry(entry.value, key)?.value ?? null) ?? []).at(-1);
  const image = last('image') ?? null;
  return {
    name,
    image: image === null ? null : (interpolate(image, lookup) ?? image),
    builds: parts.some(({ document, entry }) => document.entry(entry.value, 'build') !== null),
    dependsOn: [...new Set(needs.map(({ service }) => service))],
    replicas: replicasOf(parts),
  };
}

/** `scale`, or `deploy.replicas`; 1 when neither says a number. */
export function replicasOf(parts: ServiceModel['parts']): number {
  const numbers = parts.flatMap(({ document, entry }) => {
    const deploy = document.entry(entry.value, 'deploy')?.value ?? null;
    return [document.entry(entry.value, 'scale')?.value ?? null, document.entry(deploy, 'replicas')?.value ?? null].flatMap((node) => {
      const count = Number(document.scalar(node) ?? Number.NaN);
      return Number.isInteger(count) && count >= 0 ? [count] : [];
    });
  });
  return numbers.at(-1) ?? 1;
}
