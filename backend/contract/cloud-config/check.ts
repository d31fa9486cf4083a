import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { CLOUD_CONFIG_KEYS } from './keys.ts';
import { plainPasswords } from './passwords.ts';
import type { YamlText } from './yaml-text.ts';

/** RFC 1123: a host's name, or a full one with dots. */
export const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
/** What useradd takes. */
const USER_NAME = /^[a-z_][a-z0-9_-]{0,31}$/;
export const SSH_KEY =
  /^(\S.* )?(ssh-(rsa|ed25519|dss)|ecdsa-sha2-nistp\d+|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]+={0,3}( .*)?$/;
const TIME_ZONE = /^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+){0,2}$/;

const TEXTS = ['hostname', 'fqdn', 'timezone', 'password', 'locale', 'final_message'];
const LISTS = ['packages', 'write_files', 'runcmd', 'bootcmd', 'ssh_authorized_keys', 'ssh_import_id', 'mounts'];
const FLAGS = ['package_update', 'package_upgrade', 'package_reboot_if_required', 'disable_root', 'preserve_hostname'];

/** The keys of a `#cloud-config` that every guest has; what is in the others is cloud-init's to say. */
export function checkKnownKeys(yaml: YamlText): void {
  for (const { key, keyNode, value } of yaml.entries(yaml.document?.contents)) {
    if (!CLOUD_CONFIG_KEYS.has(key)) yaml.warn(keyNode, 'unknownKey', { key });
    if (value === null || (isScalar(value) && value.value === null)) continue;
    if (TEXTS.includes(key) && typeof textOf(value) !== 'string') yaml.report(value, 'notTextValue', { key });
    else if (LISTS.includes(key) && !isSeq(value)) yaml.report(value, 'notList', { key });
    else if (FLAGS.includes(key) && !(isScalar(value) && typeof value.value === 'boolean')) yaml.report(value, 'notFlag', { key });
    else checkValue(yaml, key, value);
  }
  for (const { node, key } of plainPasswords(yaml)) yaml.warn(node, 'plainPassword', { key });
}

function checkValue(yaml: YamlText, key: string, value: Node): void {
  const text = textOf(value) ?? '';
  if ((key === 'hostname' || key === 'fqdn') && !HOST_NAME.test(text)) yaml.report(value, 'hostname', { name: text });
  if (key === 'timezone' && !TIME_ZONE.test(text)) yaml.report(value, 'timezone', { name: text });
  if (key === 'ssh_authorized_keys') checkKeys(yaml, value);
  if (key === 'write_files') for (const file of yaml.items(value)) checkFile(yaml, file);
  if (key === 'user') checkUser(yaml, value);
  if (key === 'users') for (const user of yaml.items(value)) checkUser(yaml, user);
}

function checkUser(yaml: YamlText, user: Node): void {
  if (isScalar(user)) {
    const name = textOf(user);
    if (name === null || !name.split(',').every((one) => USER_NAME.test(one.trim()))) yaml.report(user, 'userName', { name: name ?? '' });
    return;
  }
  for (const { key, value } of yaml.entries(user)) {
    const text = textOf(value);
    if (key === 'name' && (text === null || !USER_NAME.test(text))) yaml.report(value ?? user, 'userName', { name: text ?? '' });
    if (key === 'ssh_authorized_keys') {
      if (isSeq(value)) checkKeys(yaml, value);
      else if (value !== null) yaml.report(value, 'notList', { key });
    }
  }
}

function checkKeys(yaml: YamlText, list: Node): void {
  for (const item of yaml.items(list)) if (!SSH_KEY.test((textOf(item) ?? '').trim())) yaml.warn(item, 'sshKey');
}

function checkFile(yaml: YamlText, file: Node): void {
  if (!isMap(file)) {
    yaml.report(file, 'filePathMissing');
    return;
  }
  const entries = yaml.entries(file);
  const path = entries.find(({ key }) => key === 'path')?.value ?? null;
  if (path === null) yaml.report(file, 'filePathMissing');
  else if (textOf(path)?.startsWith('/') !== true) yaml.report(path, 'filePath', { path: textOf(path) ?? '' });
  const permissions = entries.find(({ key }) => key === 'permissions')?.value;
  if (isScalar(permissions) && typeof permissions.value === 'string' && !/^(0o)?[0-7]{3,5}$/.test(permissions.value))
    yaml.report(permissions, 'permissions', { permissions: permissions.value });
}

/** A scalar that is a text; null for all else. */
export function textOf(node: unknown): string | null {
  return isScalar(node) && typeof node.value === 'string' ? node.value : null;
}
