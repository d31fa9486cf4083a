import { isMap, type Node } from 'yaml';
import type { ComposeRule } from '../../contract/index.ts';
import type { ComposeDocument } from './document.ts';
import { meantKey, SERVICE_KEYS, TOP_KEYS } from './keys.ts';
import { replicasOf, type ServiceModel } from './model.ts';
import { collide, type PublishedPort, readPort } from './ports.ts';
import { interpolate, type Lookup } from './variables.ts';

/** Sections that services name things of, and how a name that is not in them is told. */
const NAMED = [
  { key: 'networks', section: 'networks', rule: 'undefinedNetwork', params: (name: string) => ({ network: name }) },
  { key: 'secrets', section: 'secrets', rule: 'undefinedSecret', params: (name: string) => ({ secret: name }) },
  { key: 'configs', section: 'configs', rule: 'undefinedConfig', params: (name: string) => ({ config: name }) },
] as const;

export function checkTop(documents: readonly ComposeDocument[]): void {
  let services = 0;
  let includes = false;
  for (const document of documents) {
    const entries = document.entries(document.root);
    if (entries === null) {
      if (document.root !== null && document.problems.length === 0)
        document.error(document.root, 'wrongType', { key: 'compose', expected: 'mapping' });
      continue;
    }
    for (const { key, keyNode, value } of entries) {
      checkKey(document, { key, keyNode }, TOP_KEYS);
      if (key === 'include') includes = true;
      if (!['services', 'networks', 'volumes', 'secrets', 'configs'].includes(key)) continue;
      if (document.entries(value) === null && document.scalar(value) !== null)
        document.error(value, 'wrongType', { key, expected: 'mapping' });
      if (key === 'services') services += document.entries(value)?.length ?? 0;
    }
  }
  const first = documents[0];
  if (services === 0 && !includes && first !== undefined && first.problems.length === 0) first.error(first.root, 'noServices');
}

function checkKey(document: ComposeDocument, { key, keyNode }: { key: string; keyNode: Node | null }, known: readonly string[]): void {
  if (known.includes(key) || key.startsWith('x-')) return;
  const meant = meantKey(key, known);
  if (meant === null) document.error(keyNode, 'unknownKey', { key });
  else document.error(keyNode, 'unknownKeyMeant', { key, meant });
}

/** What a service says by itself: its keys, its image, the shape of its values. */
export function checkService({ name, parts }: ServiceModel): void {
  const has = (key: string) => parts.some(({ document, entry }) => document.entry(entry.value, key) !== null);
  for (const { document, entry } of parts) {
    const entries = document.entries(entry.value);
    if (entries === null && entry.value !== null && document.scalar(entry.value) !== null) {
      document.error(entry.value, 'wrongType', { key: name, expected: 'mapping' });
      return;
    }
    for (const { key, keyNode, value } of entries ?? []) {
      checkKey(document, { key, keyNode }, SERVICE_KEYS);
      const wrong = (expected: string) => document.error(value ?? keyNode, 'wrongType', { key, expected });
      if ((key === 'image' || key === 'container_name') && value !== null && document.scalar(value) === null && !isNull(value))
        wrong('text');
      if (key === 'ports' && document.items(value) === null && !isNull(value)) wrong('list');
      if (['depends_on', 'networks', 'environment', 'labels'].includes(key) && document.scalar(value) !== null) wrong('listOrMapping');
      if (
        ['volumes', 'cap_add', 'cap_drop', 'devices', 'secrets', 'configs'].includes(key) &&
        (isMap(value) || document.scalar(value) !== null)
      )
        wrong('list');
    }
  }
  const [first] = parts;
  if (!has('image') && !has('build') && !has('extends') && !has('provider'))
    first?.document.error(first.entry.keyNode, 'needsImage', { service: name });
  const named = parts.find(({ document, entry }) => document.entry(entry.value, 'container_name') !== null);
  if (named !== undefined && replicasOf(parts) > 1)
    named.document.error(named.document.entry(named.entry.value, 'container_name')?.keyNode ?? null, 'fixedNameScaled', { service: name });
}

function isNull(node: Node | null): boolean {
  return node === null || ('value' in node && node.value === null);
}

/** What services name has to be there. Files that bring in others are not followed, so nothing is said of their names. */
export function checkReferences(documents: readonly ComposeDocument[], services: ReadonlyMap<string, ServiceModel>): void {
  if (documents.some((document) => document.entry(document.root, 'include') !== null)) return;
  const defined = (section: string) =>
    new Set(
      documents.flatMap((document) => document.entries(document.entry(document.root, section)?.value ?? null)?.map(({ key }) => key) ?? []),
    );
  const networks = defined('networks').add('default');
  const sections = { networks, secrets: defined('secrets'), configs: defined('configs') };
  const volumes = defined('volumes');
  for (const { parts, needs } of services.values()) {
    for (const { service, document, node } of needs) if (!services.has(service)) document.error(node, 'undefinedService', { service });
    for (const { document, entry } of parts) {
      const complain = (node: Node, rule: ComposeRule, params: Record<string, string>) => document.error(node, rule, params);
      for (const { key, section, rule, params } of NAMED)
        for (const { name, node } of namesOrSources(document, document.entry(entry.value, key)?.value ?? null))
          if (!sections[section].has(name) && !name.includes('$')) complain(node, rule, params(name));
      for (const item of document.items(document.entry(entry.value, 'volumes')?.value ?? null) ?? []) {
        const name = volumeName(document, item);
        if (name !== null && !volumes.has(name)) complain(item, 'undefinedVolume', { volume: name });
      }
    }
  }
}

/** Names, or the `source` of the long syntax. */
function namesOrSources(document: ComposeDocument, node: Node | null): { name: string; node: Node }[] {
  const sources = (document.items(node) ?? []).flatMap((item) => {
    const source = document.entry(item, 'source');
    const name = document.scalar(source?.value ?? null);
    return name === null || source?.value == null ? [] : [{ name, node: source.value }];
  });
  return [...document.names(node), ...sources];
}

/** Null for a bind mount, a tmpfs, and a volume without a name. */
function volumeName(document: ComposeDocument, node: Node): string | null {
  const short = document.scalar(node);
  if (short !== null) return /^([A-Za-z0-9][A-Za-z0-9_.-]+):/.exec(short)?.[1] ?? null;
  if (document.scalar(document.entry(node, 'type')?.value ?? null) !== 'volume') return null;
  const source = document.scalar(document.entry(node, 'source')?.value ?? null);
  return source === null || source.includes('$') ? null : source;
}

/** Every circle once, told where its first service needs the next. */
export function checkCycles(services: ReadonlyMap<string, ServiceModel>): void {
  const done = new Set<string>();
  const path: string[] = [];
  const walk = (name: string): void => {
    if (done.has(name)) return;
    path.push(name);
    for (const { service, document, node } of services.get(name)?.needs ?? []) {
      const start = path.indexOf(service);
      if (start >= 0) document.error(node, 'cycle', { path: [...path.slice(start), service].join(' → ') });
      else walk(service);
    }
    path.pop();
    done.add(name);
  };
  for (const name of services.keys()) walk(name);
}

/** Ports that cannot be read, and host ports that two want. */
export function checkPorts(services: ReadonlyMap<string, ServiceModel>, lookup: Lookup): void {
  const taken: { port: PublishedPort; service: string }[] = [];
  for (const { name, parts } of services.values()) {
    for (const { document, entry } of parts) {
      for (const item of document.items(document.entry(entry.value, 'ports')?.value ?? null) ?? []) {
        const words = shortForm(document, item);
        // A variable without a value is told of where it stands.
        const text = words === null ? null : interpolate(words, lookup);
        if (text === null) continue;
        const port = readPort(text);
        if (port === null) document.error(item, 'invalidPort', { port: text });
        else {
          const other = taken.find((one) => collide(one.port, port));
          if (other !== undefined) document.error(item, 'portTwice', { port: String(port.host?.[0]), service: other.service });
          taken.push({ port, service: name });
        }
      }
    }
  }
}

/** The long syntax in the words of the short one; a part that is missing makes it unreadable, as it should. */
function shortForm(document: ComposeDocument, node: Node): string | null {
  if (!isMap(node)) return document.scalar(node);
  const part = (key: string) => document.scalar(document.entry(node, key)?.value ?? null);
  const address = part('host_ip');
  const host = part('published');
  const bracketed = address?.includes(':') ? `[${address}]` : address;
  const before = bracketed !== null && bracketed !== undefined ? `${bracketed}:${host ?? ''}:` : host === null ? '' : `${host}:`;
  return `${before}${part('target') ?? ''}${part('protocol') === null ? '' : `/${part('protocol')}`}`;
}
