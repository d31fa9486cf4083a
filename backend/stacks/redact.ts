import { isSecretName, MASK, maskAddresses } from '../contract/index.ts';

/** Shorter ones stand in too many other words. */
const LEAST_LETTERS = 4;

/** Masks what a tool writes: the given values, whatever is assigned to a name that promises a secret, and passwords in addresses. */
export function createRedactor(secrets: readonly string[]): (line: string) => string {
  const values = [...new Set(secrets)].filter(({ length }) => length >= LEAST_LETTERS).sort((a, b) => b.length - a.length);
  return (line) => {
    const known = values.reduce((text, value) => text.replaceAll(value, MASK), line);
    const assigned = known.replace(/([A-Za-z_][A-Za-z0-9_.-]*)=(\S+)/g, (all, name: string) =>
      isSecretName(name) ? `${name}=${MASK}` : all,
    );
    return maskAddresses(assigned);
  };
}
