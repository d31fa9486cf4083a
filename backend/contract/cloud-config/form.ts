import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { textOf } from './check.ts';
import type { YamlText } from './yaml-text.ts';

/** A file that is written at the guest's first start. Empty: cloud-init's own (root:root, 0644). */
export interface CloudFile {
  path: string;
  owner: string;
  permissions: string;
  content: string;
}

/** What forms show of a `#cloud-config`. Empty is absent. */
export interface CloudForm {
  hostname: string;
  /** The first user; empty: the one that the image brings. */
  user: string;
  passwordHash: string;
  /** Whether SSH takes passwords. */
  passwordLogin: boolean;
  sshKeys: string[];
  packages: string[];
  files: CloudFile[];
  /** For the guest's shell, once, at the end of its first start. */
  script: string;
  timezone: string;
}
export type CloudField = keyof CloudForm;

export interface CloudFormReading {
  form: CloudForm;
  /** Written in a way that the form does not show: the text has the word there. */
  textOnly: ReadonlySet<CloudField>;
}

const TOP = ['hostname', 'timezone'] as const;

/** The first user that the text names has its values beside its name; without one they stand at the top and are the image's user's. */
export function accountOf(yaml: YamlText): { place: 'top' } | { place: 'users'; user: Node } {
  const users = yaml.entries(yaml.document?.contents).find(({ key }) => key === 'users')?.value ?? null;
  const user = yaml.items(users).find((item) => isMap(item) && item.has('name'));
  return user === undefined ? { place: 'top' } : { place: 'users', user };
}

/** Of a text without errors. */
export function readCloudForm(yaml: YamlText): CloudFormReading {
  const textOnly = new Set<CloudField>();
  const root = yaml.entries(yaml.document?.contents);
  const at = (key: string) => valueAt(root, key);
  const text = (field: CloudField, node: Node | null): string => {
    if (node !== null && textOf(node) === null) textOnly.add(field);
    return textOf(node) ?? '';
  };
  const texts = (field: CloudField, node: Node | null): string[] => {
    const items = yaml.items(node);
    if (node === null || (isSeq(node) && items.every((item) => textOf(item) !== null))) return items.map((item) => textOf(item) ?? '');
    textOnly.add(field);
    return [];
  };
  const account = accountOf(yaml);
  const own = account.place === 'users' ? yaml.entries(account.user) : root;
  const [hostname, timezone] = TOP.map((field) => text(field, at(field)));
  const login = at('ssh_pwauth');
  if (login !== null && !(isScalar(login) && typeof login.value === 'boolean')) textOnly.add('passwordLogin');
  const form: CloudForm = {
    hostname: hostname ?? '',
    timezone: timezone ?? '',
    user: text('user', account.place === 'users' ? valueAt(own, 'name') : topUser(yaml, at('user'))),
    passwordHash: text('passwordHash', valueAt(own, account.place === 'top' ? 'password' : 'passwd') ?? valueAt(own, 'hashed_passwd')),
    passwordLogin: isScalar(login) && login.value === true,
    sshKeys: texts('sshKeys', valueAt(own, 'ssh_authorized_keys')),
    packages: texts('packages', at('packages')),
    files: readFiles(yaml, at('write_files')) ?? [],
    script: texts('script', at('runcmd')).join('\n'),
  };
  if (readFiles(yaml, at('write_files')) === null) textOnly.add('files');
  // Names without values: a list that the text writes in another way, as one text or as a mapping.
  const users = at('users');
  if (users !== null && !isSeq(users)) for (const field of ['user', 'passwordHash', 'sshKeys'] as const) textOnly.add(field);
  return { form, textOnly };
}

function topUser(yaml: YamlText, node: Node | null): Node | null {
  return isMap(node) ? valueAt(yaml.entries(node), 'name') : node;
}

/** Null when one of them is more than the form shows. */
function readFiles(yaml: YamlText, list: Node | null): CloudFile[] | null {
  if (list === null) return [];
  if (!isSeq(list)) return null;
  const files = yaml.items(list).map((item) => {
    const entries = yaml.entries(item);
    const names = ['path', 'owner', 'permissions', 'content'] as const;
    const nodes = names.map((key) => valueAt(entries, key));
    if (!isMap(item) || nodes.some((node) => node !== null && textOf(node) === null)) return null;
    if (nodes[0] === null || ['encoding', 'source'].some((key) => valueAt(entries, key) !== null)) return null;
    const [path = '', owner = '', permissions = '', content = ''] = nodes.map((node) => textOf(node) ?? '');
    return { path, owner, permissions, content };
  });
  const shown = files.filter((file) => file !== null);
  return shown.length === files.length ? shown : null;
}

/** Null also for a key without a value. */
export function valueAt(entries: { key: string; value: Node | null }[], key: string): Node | null {
  const value = entries.find((entry) => entry.key === key)?.value ?? null;
  return isScalar(value) && value.value === null ? null : value;
}
