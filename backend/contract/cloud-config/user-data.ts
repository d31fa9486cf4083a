import { isMap, isSeq, type Node } from 'yaml';
import { MOST_USER_DATA_CHARACTERS } from '../cloud-init.ts';
import { checkKnownKeys } from './check.ts';
import type { CloudIssue } from './issue.ts';
import { YamlText } from './yaml-text.ts';

export const CLOUD_CONFIG_HEADER = '#cloud-config';

/**
 * The formats that cloud-init tells apart by a text's first line
 * (https://cloudinit.readthedocs.io/en/latest/explanation/format.html). `other`: taken as it is, nothing of it is checked.
 */
export type UserDataKind = 'cloudConfig' | 'script' | 'other' | 'none';

const OTHER = [
  '#include',
  '#cloud-config-archive',
  '#cloud-boothook',
  '#part-handler',
  '## template: jinja',
  'Content-Type:',
  'MIME-Version:',
];

export function kindOfUserData(text: string): UserDataKind {
  const first = text.slice(0, text.indexOf('\n') === -1 ? undefined : text.indexOf('\n')).trimEnd();
  if (first.startsWith('#!')) return 'script';
  if (OTHER.some((start) => first.startsWith(start))) return 'other';
  return /^#cloud-config(\s|$)/.test(first) ? 'cloudConfig' : 'none';
}

/** The YAML below the header, which is no part of it: an edit must not move it from its place. */
export function parseCloudConfig(text: string): YamlText {
  const end = text.indexOf('\n');
  return new YamlText(end === -1 ? '' : text.slice(end + 1), 2);
}

/** What is wrong with a text for cloud-init, in the order of its lines. An empty one is right: there is nothing to do. */
export function checkUserData(text: string): CloudIssue[] {
  const first = (rule: CloudIssue['rule'], severity: CloudIssue['severity'], params: CloudIssue['params'] = {}): CloudIssue[] => [
    { severity, line: 1, column: 1, rule, params },
  ];
  if (text.length > MOST_USER_DATA_CHARACTERS) return first('tooLong', 'error', { most: MOST_USER_DATA_CHARACTERS });
  if (text.trim() === '') return [];
  const kind = kindOfUserData(text);
  if (kind === 'script') return text.includes('\0') ? first('notText', 'error') : [];
  if (kind === 'other') return first('unchecked', 'warning');
  if (kind === 'none') return first('noHeader', 'error');
  const yaml = parseCloudConfig(text);
  const root = yaml.document?.contents ?? null;
  if (root !== null && !isMap(root)) yaml.report(isSeq(root) ? root : (root as Node), 'notMap');
  if (!yaml.hasErrors) checkKnownKeys(yaml);
  return yaml.issues.sort((one, other) => one.line - other.line || one.column - other.column);
}
