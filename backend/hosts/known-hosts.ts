import { createHash, createHmac } from 'node:crypto';

/** A line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
interface KnownHost {
  patterns: string[];
  revoked: boolean;
  type: string;
  key: Buffer;
}

/** Lines that cannot be read are left out, as OpenSSH does; so are certificate authorities, which are not supported. */
export function parseKnownHosts(text: string): KnownHost[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const marker = fields[0]?.startsWith('@') ? fields.shift() : null;
    const [patterns, type, key] = fields;
    if (patterns === undefined || patterns.startsWith('#') || type === undefined || key === undefined || marker === '@cert-authority')
      return [];
    return [{ patterns: patterns.split(','), revoked: marker === '@revoked', type, key: Buffer.from(key, 'base64') }];
  });
}

/** `changed`: this host has other keys of this type, or the key is revoked. */
export function checkHostKey(known: KnownHost[], host: { address: string; port: number }, key: Buffer): 'known' | 'unknown' | 'changed' {
  const ofHost = known.filter((entry) => matches(entry, nameOf(host)));
  if (ofHost.some((entry) => entry.revoked && entry.key.equals(key))) return 'changed';
  if (ofHost.some((entry) => !entry.revoked && entry.key.equals(key))) return 'known';
  return ofHost.some((entry) => entry.type === keyType(key)) ? 'changed' : 'unknown';
}

/** The types of key that are known of a host: a server is to be asked for these first, or a known host would look like a new one. */
export function knownKeyTypes(known: KnownHost[], host: { address: string; port: number }): string[] {
  return [...new Set(known.filter((entry) => !entry.revoked && matches(entry, nameOf(host))).map((entry) => entry.type))];
}

/** As `ssh-keygen -l` shows it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** A key begins with its type, as a string with its length before it (RFC 4253, 6.6). */
function keyType(key: Buffer): string {
  return key.length < 4 ? '' : key.toString('latin1', 4, 4 + key.readUInt32BE(0));
}

function nameOf({ address, port }: { address: string; port: number }): string {
  return port === 22 ? address.toLowerCase() : `[${address.toLowerCase()}]:${port}`;
}

function matches(entry: KnownHost, name: string): boolean {
  const hits = (pattern: string) => (pattern.startsWith('|1|') ? matchesHash(pattern, name) : matchesGlob(pattern.toLowerCase(), name));
  if (entry.patterns.some((pattern) => pattern.startsWith('!') && hits(pattern.slice(1)))) return false;
  return entry.patterns.some((pattern) => !pattern.startsWith('!') && hits(pattern));
}

/** `|1|salt|hash`: HMAC-SHA1 of the name. */
function matchesHash(pattern: string, name: string): boolean {
  const [, , salt, hash] = pattern.split('|');
  if (salt === undefined || hash === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest().equals(Buffer.from(hash, 'base64'));
}

function matchesGlob(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}
