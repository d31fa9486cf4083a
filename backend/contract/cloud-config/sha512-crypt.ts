import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ROUNDS = 5000;
const SALT_BYTES = 12;
/** The method hashes the password once for each of its bytes. */
export const MOST_PASSWORD_CHARACTERS = 256;

/** 16 characters of the salt's own alphabet from 12 random bytes. */
export function saltOf(random: Uint8Array): string {
  if (random.length !== SALT_BYTES) throw new RangeError(`a salt is made of ${SALT_BYTES} random bytes`);
  let salt = '';
  for (let at = 0; at < SALT_BYTES; at += 3) salt += encode(random[at], random[at + 1], random[at + 2], 4);
  return salt;
}

/**
 * A password as /etc/shadow keeps it (`$6$salt$…`), by SHA-512 crypt with its usual 5,000 rounds: what every Linux that has
 * cloud-init reads. https://www.akkadia.org/drepper/SHA-crypt.txt
 */
export function sha512Crypt(password: string, salt: string): string {
  const key = utf8ToBytes(password);
  const saltBytes = utf8ToBytes(salt);
  const alternate = sha512(concatBytes(key, saltBytes, key));
  const parts = [key, saltBytes, repeated(alternate, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? alternate : key);
  let digest = sha512(concatBytes(...parts));
  const p = repeated(sha512(concatBytes(...Array<Uint8Array>(key.length).fill(key))), key.length);
  const s = repeated(sha512(concatBytes(...Array<Uint8Array>(16 + (digest[0] ?? 0)).fill(saltBytes))), saltBytes.length);
  for (let round = 0; round < ROUNDS; round++) {
    const odd = round % 2 === 1;
    const hash = sha512.create().update(odd ? p : digest);
    if (round % 3 !== 0) hash.update(s);
    if (round % 7 !== 0) hash.update(p);
    digest = hash.update(odd ? digest : p).digest();
  }
  return `$6$${salt}$${shuffled(digest)}`;
}

function repeated(bytes: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => bytes[at % bytes.length] ?? 0);
}

function shuffled(digest: Uint8Array): string {
  let text = '';
  let [a, b, c] = [0, 21, 42];
  for (let group = 0; group < 21; group++) {
    text += encode(digest[a], digest[b], digest[c], 4);
    [a, b, c] = [b + 1, c + 1, a + 1];
  }
  return text + encode(0, 0, digest[63], 2);
}

/** Base 64 of crypt(3): the lowest six bits first. */
function encode(high = 0, middle = 0, low = 0, characters = 4): string {
  let bits = (high << 16) | (middle << 8) | low;
  let text = '';
  for (let at = 0; at < characters; at++, bits >>>= 6) text += ALPHABET[bits & 63];
  return text;
}
