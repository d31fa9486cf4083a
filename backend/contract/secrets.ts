/** Names that promise a secret. Whole words of a name, so that `MONKEY` and `TOKENIZER_PATH` stay readable. */
const SECRET_WORD =
  /^(pass|passwd|password|passphrase|pwd|secret|secrets|token|apikey|key|credential|credentials|auth|authorization|cookie|private|salt|dsn)$/;
/** `https://user:password@host`. */
const URL_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:)[^\s/@]+(?=@)/gi;

export const MASK = '••••••••';

export function isSecretName(name: string): boolean {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .some((word) => SECRET_WORD.test(word));
}

/** Masks one `NAME=value` of an environment. A text that is none is only searched for passwords in addresses. */
export function maskAssignment(text: string): string {
  const equals = text.indexOf('=');
  if (equals > 0 && equals < text.length - 1 && isSecretName(text.slice(0, equals))) return `${text.slice(0, equals + 1)}${MASK}`;
  return maskAddresses(text);
}

export function maskAddresses(text: string): string {
  return text.replace(URL_PASSWORD, `$1${MASK}`);
}

/** The same value with every secret masked: of environments, of fields with a secret's name, and in addresses. */
export function maskSecrets(value: unknown, name = ''): unknown {
  if (typeof value === 'string') {
    if (value !== '' && isSecretName(name)) return MASK;
    return maskAssignment(value);
  }
  if (Array.isArray(value)) return value.map((item) => maskSecrets(item));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskSecrets(item, key)]));
  }
  return value;
}
