import { type ComposeProblem, type ComposeService, isSecretName } from '../../contract/index.ts';
import { ComposeDocument } from './document.ts';
import { readServices, type ServiceModel, toService } from './model.ts';
import { checkCycles, checkPorts, checkReferences, checkService, checkTop } from './rules.ts';
import { interpolate, type Lookup, missingVariables } from './variables.ts';

export interface CheckedFiles {
  services: ComposeService[];
  problems: ComposeProblem[];
  /** Files that services read their environment from, as written; whether they are there only the host knows. */
  envFiles: { file: string; tell: (path: string) => ComposeProblem }[];
  /** Values that no log may show. */
  secrets: string[];
}

/** Reads the files of one stack, later ones over earlier ones, and holds them against the rules of Compose. */
export function checkFiles(files: readonly { path: string; text: string }[], lookup: Lookup): CheckedFiles {
  const documents = files.map(({ path, text }) => new ComposeDocument(path, text));
  const services = readServices(documents);
  checkTop(documents);
  for (const service of services.values()) checkService(service);
  checkReferences(documents, services);
  checkCycles(services);
  checkPorts(services, lookup);
  for (const document of documents) checkVariables(document, lookup);
  return {
    services: [...services.values()].map((service) => toService(service, lookup)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    problems: documents.flatMap(({ problems }) => problems.sort((a, b) => a.line - b.line || a.column - b.column)),
    envFiles: [...services.values()].flatMap((service) => readEnvFiles(service, lookup)),
    secrets: [...services.values()].flatMap((service) => readSecrets(service, lookup)),
  };
}

function checkVariables(document: ComposeDocument, lookup: Lookup): void {
  const told = new Set<string>();
  for (const { text, dollars } of document.texts()) {
    for (const { at, kind, name, words } of missingVariables(text, lookup)) {
      // The n-th dollar sign of the value is the n-th of its source: YAML has no other way to write one.
      const offset = dollars[text.slice(0, at).split('$').length - 1] ?? dollars[0] ?? 0;
      if (kind === 'invalid') document.reportAt(offset, 'error', 'invalidVariable', { text: words });
      else if (kind === 'required') document.reportAt(offset, 'error', 'requiredVariable', { name, words });
      else if (!told.has(name)) document.reportAt(offset, 'warning', 'missingVariable', { name });
      told.add(name);
    }
  }
}

function readEnvFiles({ parts }: ServiceModel, lookup: Lookup): CheckedFiles['envFiles'] {
  return parts.flatMap(({ document, entry }) => {
    const node = document.entry(entry.value, 'env_file')?.value ?? null;
    const listed = document.items(node) ?? (node === null ? [] : [node]);
    return listed.flatMap((item) => {
      if (document.scalar(document.entry(item, 'required')?.value ?? null) === 'false') return [];
      const file = interpolate(document.scalar(item) ?? document.scalar(document.entry(item, 'path')?.value ?? null) ?? '', lookup);
      if (file === null || file === '') return [];
      const tell = (path: string): ComposeProblem => {
        document.error(item, 'missingEnvFile', { path });
        return document.problems.pop() as ComposeProblem;
      };
      return [{ file, tell }];
    });
  });
}

function readSecrets({ parts }: ServiceModel, lookup: Lookup): string[] {
  return parts.flatMap(({ document, entry }) => {
    const node = document.entry(entry.value, 'environment')?.value ?? null;
    const pairs = document.entries(node)?.map(({ key, value }) => [key, document.scalar(value)] as const);
    const listed = document.items(node)?.map((item) => {
      const [key = '', ...value] = (document.scalar(item) ?? '').split('=');
      return [key, value.join('=')] as const;
    });
    return (pairs ?? listed ?? []).flatMap(([key, value]) => (isSecretName(key) && value ? (interpolate(value, lookup) ?? []) : []));
  });
}
