import { AppError } from '../../core/index.ts';
import { type EngineName, engineNoSpace, isNoSpace } from './errors.ts';
import { fullName, withoutTag } from './image-names.ts';
import { registryOf } from './registry-auth.ts';

type Meaning = ConstructorParameters<typeof AppError>[0];

/** First match counts. The words are those of Docker's distribution client and of containers/image (Podman). */
const MEANINGS: readonly (readonly [RegExp, Meaning])[] = [
  [
    /no match(?:ing manifest)? for|no image found in (?:manifest list|image index) for|choosing an image from manifest list/i,
    'platformMissing',
  ],
  [/incorrect username or password|login attempt to .* failed with status: 401|invalid username\/password/i, 'registryCredentialsWrong'],
  [/x509:|certificate|tls: |server gave HTTP response to HTTPS client|first record does not look like a TLS handshake/i, 'registryTls'],
  [/TLS handshake timeout|Client\.Timeout|deadline exceeded|i\/o timeout|awaiting headers|504 Gateway/i, 'registrySlow'],
  [/toomanyrequests|too many requests|status:? 429/i, 'registryBusy'],
  [
    /no basic auth credentials|denied|unauthorized|authentication required|insufficient_scope|forbidden|status code from registry 40[13]/i,
    'registryDenied',
  ],
  [
    /connection refused|no such host|no route to host|network is unreachable|server misbehaving|name resolution|proxyconnect/i,
    'registryAway',
  ],
  [
    /unexpected EOF|connection reset|broken pipe|\bEOF\b|use of closed network connection|filesystem layer verification failed/i,
    'registryInterrupted',
  ],
  [
    /invalid character .* looking for|Content-Type header|error parsing HTTP|invalid status code from registry 404|unsupported (?:manifest|media) ?type|malformed HTTP/i,
    'registryWrong',
  ],
  [/manifest unknown|name unknown|not found|no such image|image not known|does not exist locally/i, 'imageMissing'],
  [/status code from registry 5|unexpected HTTP status/i, 'registryFailed'],
];

/** What an engine's words on a pull or a push mean to a person. */
export function registryFailure(
  { image, platform, engine }: { image: string; platform: string | null; engine: EngineName },
  words: string,
): AppError {
  if (isNoSpace(words)) return engineNoSpace(engine, words);
  // A name, or a port such as 4290, must not be taken for what is said of it.
  const names = [image, withoutTag(fullName(image)), registryOf(image)];
  const said = names.reduce((left, name) => left.replaceAll(name, ''), words);
  const reason = MEANINGS.find(([pattern]) => pattern.test(said))?.[1] ?? 'registryFailed';
  const params = { image, platform: platform ?? 'this machine', registry: registryOf(image), message: lastCause(words) };
  return new AppError(reason, params, { detail: words });
}

/** The end of Go's chain of causes: `…: dial tcp: lookup registry-1.docker.io: no such host`. */
function lastCause(words: string): string {
  return words.split(': ').slice(-2).join(': ').trim();
}
