import { isMap, isSeq, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { textOf } from './check.ts';
import { accountOf, type CloudField, type CloudFile, type CloudForm, readCloudForm } from './form.ts';
import { printCloudConfig } from './print.ts';
import { CLOUD_CONFIG_HEADER, parseCloudConfig } from './user-data.ts';
import type { YamlText } from './yaml-text.ts';

type Document = NonNullable<YamlText['document']>;

/** The text with these fields changed, all else as it stands there, comments too. The very same text when nothing changes. */
export function editCloudConfig(text: string, changes: Partial<CloudForm>): string {
  const base = text.trim() === '' ? `${CLOUD_CONFIG_HEADER}\n` : text;
  const yaml = parseCloudConfig(base);
  const { document } = yaml;
  if (document === null || yaml.hasErrors) throw new RangeError('only a text without errors can be changed by its form');
  const before = readCloudForm(yaml).form;
  const changed = (Object.keys(changes) as CloudField[]).filter(
    (field) => changes[field] !== undefined && JSON.stringify(changes[field]) !== JSON.stringify(before[field]),
  );
  if (changed.length === 0) return text;
  if (!isMap(document.contents)) document.contents = new YAMLMap(document.schema) as unknown as typeof document.contents;
  const after = { ...before, ...changes };
  for (const field of changed) WRITE[field](yaml, document, after);
  return printCloudConfig(base, yaml);
}

const WRITE: Record<CloudField, (yaml: YamlText, document: Document, form: CloudForm) => void> = {
  hostname: (_, document, { hostname }) => put(document, ['hostname'], hostname),
  timezone: (_, document, { timezone }) => put(document, ['timezone'], timezone),
  user: (yaml, document, { user }) => {
    const account = accountOf(yaml);
    // The name of a user in the list stays, if only empty: its other values would be nobody's.
    if (account.place === 'users') {
      if (isMap(account.user)) account.user.set('name', user);
      return;
    }
    const top = document.get('user');
    if (isMap(top) && user !== '') top.set('name', user);
    else if (isMap(top) && top.items.length > 1) top.delete('name');
    else if (user === '') document.delete('user');
    else document.set('user', document.createNode({ name: user }));
  },
  passwordHash: (yaml, document, { passwordHash }) => {
    const account = accountOf(yaml);
    if (account.place === 'users' && isMap(account.user)) {
      for (const key of ['hashed_passwd', 'plain_text_passwd']) account.user.delete(key);
      if (passwordHash === '') for (const key of ['passwd', 'lock_passwd']) account.user.delete(key);
      else {
        account.user.set('passwd', passwordHash);
        account.user.set('lock_passwd', false);
      }
      return;
    }
    put(document, ['password'], passwordHash);
    // Otherwise the first sign-in ends in being made to choose another one.
    if (passwordHash !== '') expireNot(document);
    else if (document.getIn(['chpasswd', 'expire']) === false) {
      document.deleteIn(['chpasswd', 'expire']);
      const rest = document.get('chpasswd');
      if (isMap(rest) && rest.items.length === 0) document.delete('chpasswd');
    }
  },
  passwordLogin: (_, document, { passwordLogin }) => {
    if (passwordLogin) document.set('ssh_pwauth', true);
    else document.delete('ssh_pwauth');
  },
  sshKeys: (yaml, document, { sshKeys }) => {
    const account = accountOf(yaml);
    if (account.place === 'top' || !isMap(account.user)) putList(document, 'ssh_authorized_keys', sshKeys);
    else if (sshKeys.length === 0) account.user.delete('ssh_authorized_keys');
    else account.user.set('ssh_authorized_keys', document.createNode(sshKeys));
  },
  packages: (_, document, { packages }) => putList(document, 'packages', packages),
  script: (_, document, { script }) => {
    if (script === '') document.delete('runcmd');
    else document.set('runcmd', document.createNode([literal(script)]));
  },
  files: (_, document, { files }) => putFiles(document, files),
};

function expireNot(document: Document): void {
  const change = document.get('chpasswd');
  if (isMap(change)) change.set('expire', false);
  else document.set('chpasswd', document.createNode({ expire: false }));
}

function put(document: Document, path: [string], value: string): void {
  if (value === '') document.deleteIn(path);
  else document.setIn(path, value);
}

/** Items that stay keep their place and their comments. */
function putList(document: Document, key: string, values: string[]): void {
  if (values.length === 0) {
    document.delete(key);
    return;
  }
  const before = document.get(key);
  const nodes = isSeq(before) ? [...before.items] : [];
  const take = (value: string) => {
    const at = nodes.findIndex((node) => textOf(node) === value);
    return at === -1 ? document.createNode(value) : nodes.splice(at, 1)[0];
  };
  const list = isSeq(before) ? before : new YAMLSeq(document.schema);
  list.items = values.map(take);
  if (!isSeq(before)) document.set(key, list);
}

/** A file keeps what the form does not show of it (`append`, `defer`) as long as it keeps its path or its place. */
function putFiles(document: Document, files: CloudFile[]): void {
  if (files.length === 0) {
    document.delete('write_files');
    return;
  }
  const before = document.get('write_files');
  const nodes: unknown[] = isSeq(before) ? [...before.items] : [];
  const paths = new Set(files.map(({ path }) => path));
  const pathAt = (at: number) => {
    const node = nodes[at];
    return isMap(node) ? node.get('path') : undefined;
  };
  const find = (file: CloudFile, place: number) => {
    const same = nodes.findIndex((_, at) => pathAt(at) === file.path);
    if (same !== -1) return same;
    const there = pathAt(place);
    return typeof there === 'string' && !paths.has(there) && nodes.length === files.length ? place : -1;
  };
  const list = isSeq(before) ? before : new YAMLSeq(document.schema);
  list.items = files.map((file, place) => {
    const at = find(file, place);
    const found = at === -1 ? undefined : nodes[at];
    if (at !== -1) nodes[at] = null;
    return fileNode(document, isMap(found) ? found : new YAMLMap(document.schema), file);
  });
  if (!isSeq(before)) document.set('write_files', list);
}

function fileNode(document: Document, node: YAMLMap, { path, owner, permissions, content }: CloudFile): YAMLMap {
  const set = (key: string, value: string | Scalar<string>) => {
    if (value === '') node.delete(key);
    else if (node.get(key) !== (value instanceof Scalar ? value.value : value)) node.set(key, document.createNode(value));
  };
  node.set('path', path);
  set('owner', owner);
  set('permissions', permissions);
  set('content', content === '' ? '' : literal(content));
  // Files are written before users are made: one that belongs to a user has to wait.
  if (owner !== '' && !/^root(:|$)/.test(owner) && !node.has('defer')) node.set('defer', true);
  return node;
}

function literal(text: string): Scalar<string> {
  const node = new Scalar(text);
  if (text.includes('\n')) node.type = Scalar.BLOCK_LITERAL;
  return node;
}
