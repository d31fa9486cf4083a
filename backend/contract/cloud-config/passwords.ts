import { isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import type { YamlText } from './yaml-text.ts';

/** What cloud-init takes for a hash and hands on as it is; all else it takes for the password itself (cc_set_passwords). */
const HASH = /^\$(1|2a|2y|5|6)(\$.+){2}/;
const RANDOM = ['R', 'RANDOM'];

/** A password in plain text, and how it is put away as a hash. */
interface PlainPassword {
  node: Node;
  key: string;
  replace: (hash: (password: string) => string) => void;
}

/** Every password that stands in plain text where cloud-init looks for one. */
export function plainPasswords(yaml: YamlText): PlainPassword[] {
  const found: PlainPassword[] = [];
  const root = yaml.entries(yaml.document?.contents);
  const at = (key: string) => root.find((entry) => entry.key === key)?.value ?? null;
  const password = at('password');
  if (isPlain(password)) found.push({ node: password, key: 'password', replace: (hash) => set(password, hash(password.value)) });
  for (const user of [...yaml.items(at('users')), at('user')]) {
    const plain = yaml.entries(user).find(({ key }) => key === 'plain_text_passwd');
    if (!isMap(user) || plain === undefined || !isText(plain.value)) continue;
    const text = plain.value;
    found.push({ node: text, key: 'plain_text_passwd', replace: (hash) => putHash(user, plain.keyNode, hash(text.value)) });
  }
  const change = yaml.entries(at('chpasswd'));
  for (const { key, value } of change) {
    if (key === 'list') found.push(...listed(yaml, value));
    if (key === 'users') for (const user of yaml.items(value)) found.push(...typed(yaml, user));
  }
  return found;
}

/** `chpasswd.list`: lines `name:password` in one text, or in a list. */
function listed(yaml: YamlText, value: Node | null): PlainPassword[] {
  const texts = isSeq(value) ? yaml.items(value) : [value];
  return texts.filter(isText).flatMap((node) => {
    const lines = node.value.split('\n');
    const plain = (line: string) => {
      const password = line.slice(line.indexOf(':') + 1).trim();
      return line.includes(':') && password !== '' && !RANDOM.includes(password) && !HASH.test(password);
    };
    if (!lines.some(plain)) return [];
    const hashed = (hash: (password: string) => string) => (line: string) => {
      const name = line.slice(0, line.indexOf(':'));
      return plain(line) ? `${name}:${hash(line.slice(name.length + 1).trim())}` : line;
    };
    return [{ node, key: 'chpasswd.list', replace: (hash) => set(node, lines.map(hashed(hash)).join('\n')) }];
  });
}

/** An item of `chpasswd.users`: `type` is `hash` unless it says otherwise. */
function typed(yaml: YamlText, user: Node): PlainPassword[] {
  const entries = yaml.entries(user);
  const type = entries.find(({ key }) => key === 'type')?.value;
  const password = entries.find(({ key }) => key === 'password')?.value;
  if (!isText(type) || type.value !== 'text' || !isText(password)) return [];
  const replace: PlainPassword['replace'] = (hash) => {
    set(password, hash(password.value));
    set(type, 'hash');
  };
  return [{ node: password, key: 'chpasswd.users', replace }];
}

function putHash(user: YAMLMap, plainKey: Node, hash: string): void {
  user.delete(plainKey);
  user.delete('hashed_passwd');
  user.set('passwd', hash);
}

function isPlain(node: Node | null): node is Scalar<string> {
  return isText(node) && node.value !== '' && !HASH.test(node.value);
}

function isText(node: unknown): node is Scalar<string> {
  return isScalar(node) && typeof node.value === 'string';
}

function set(node: Scalar<string>, value: string): void {
  node.value = value;
}
