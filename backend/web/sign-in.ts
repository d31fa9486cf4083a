import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Clock, type Logger, systemCode, writeWholeFile } from '../core/index.ts';

/** A link is printed in a terminal and opened from there; whoever finds it later in a log gets nothing. */
const LAUNCH_TOKEN_MS = 60 * 60 * 1000;
export const SESSION_MS = 30 * 24 * 60 * 60 * 1000;
/** One for each browser profile that was ever signed in; the oldest goes. */
const MAX_SESSIONS = 50;
const SECRET_BYTES = 32;

const sessionsFile = z.array(z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), expiresAtMs: z.number() }));

interface Secret {
  /** Only hashes are kept: what a file or a core dump shows lets nobody in. */
  hash: Buffer;
  expiresAtMs: number;
}

export interface SignIn extends AsyncDisposable {
  /** A token for one link, good for one use within an hour. */
  createLaunchToken(): string;
  /** Takes the token and gives the secret of a new session, good for 30 days; null when the token is unknown, used or too old. */
  exchange(token: string): string | null;
  isSession(secret: string): boolean;
}

/** Sessions outlive the backend in a file (0600), so that an open page finds itself signed in after a restart. */
export async function openSignIn(options: { file: string; clock: Clock; logger: Logger }): Promise<SignIn> {
  const { file, clock, logger } = options;
  let tokens: Secret[] = [];
  let sessions = await readSessions(file, logger);
  let saving: Promise<void> = Promise.resolve();

  function save(): void {
    const content = JSON.stringify(sessions.map(({ hash, expiresAtMs }) => ({ sha256: hash.toString('hex'), expiresAtMs })));
    saving = saving
      .then(() => writeWholeFile(file, content, { mode: 0o600 }))
      .catch((error) => logger.warn('signed-in pages will not survive a restart', { file, error }));
  }

  const valid = (secrets: Secret[]) => secrets.filter(({ expiresAtMs }) => expiresAtMs > clock.now());

  return {
    createLaunchToken() {
      const { text, hash } = createSecret();
      tokens = [...valid(tokens), { hash, expiresAtMs: clock.now() + LAUNCH_TOKEN_MS }];
      return text;
    },
    exchange(token) {
      const used = find(valid(tokens), token);
      if (used === undefined) return null;
      tokens = tokens.filter((other) => other !== used);
      const { text, hash } = createSecret();
      sessions = [...valid(sessions), { hash, expiresAtMs: clock.now() + SESSION_MS }].slice(-MAX_SESSIONS);
      save();
      return text;
    },
    isSession: (secret) => find(valid(sessions), secret) !== undefined,
    [Symbol.asyncDispose]: () => saving,
  };
}

function createSecret(): { text: string; hash: Buffer } {
  const text = randomBytes(SECRET_BYTES).toString('base64url');
  return { text, hash: hashOf(text) };
}

function find(secrets: Secret[], text: string): Secret | undefined {
  const hash = hashOf(text);
  return secrets.find((secret) => timingSafeEqual(secret.hash, hash));
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

async function readSessions(file: string, logger: Logger): Promise<Secret[]> {
  try {
    const stored = sessionsFile.parse(JSON.parse(await readFile(file, 'utf8')));
    return stored.map(({ sha256, expiresAtMs }) => ({ hash: Buffer.from(sha256, 'hex'), expiresAtMs }));
  } catch (error) {
    // Nothing is lost but a sign-in: a new link mends it.
    if (systemCode(error) !== 'ENOENT') logger.warn('the file of signed-in pages cannot be used', { file, error });
    return [];
  }
}
