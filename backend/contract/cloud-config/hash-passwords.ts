import { plainPasswords } from './passwords.ts';
import { printCloudConfig } from './print.ts';
import { kindOfUserData, parseCloudConfig } from './user-data.ts';

/** The same text with every plain password in it as its hash; the very same one when there is none. */
export function hashPlainPasswords(text: string, hash: (password: string) => string): string {
  if (kindOfUserData(text) !== 'cloudConfig') return text;
  const yaml = parseCloudConfig(text);
  if (yaml.hasErrors) return text;
  const plain = plainPasswords(yaml);
  if (plain.length === 0) return text;
  for (const { replace } of plain) replace(hash);
  return printCloudConfig(text, yaml);
}
