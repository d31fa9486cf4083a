import { z } from 'zod';
import { AppError } from '../../core/index.ts';
import type { Credentials } from '../../drivers/registries.ts';
import type { Host } from '../../hosts/host.ts';
import { keyOfRegistry } from './registry-names.ts';

const WITHIN_MS = 30_000;
/** Stands for a user when the secret is an identity token. */
const TOKEN_USER = '<token>';
const given = z.object({ Username: z.string(), Secret: z.string() });
const listed = z.record(z.string(), z.string());

/**
 * A program that keeps secrets (keychain, pass, a cloud's own): `docker-credential-<name>`, spoken to as Docker does.
 * https://github.com/docker/docker-credential-helpers. What it says when it fails is told without the secret that it was given.
 */
export interface CredentialHelper {
  /** Null when it knows none. */
  get(registry: string, signal: AbortSignal): Promise<Credentials | null>;
  store(registry: string, credentials: Credentials, signal: AbortSignal): Promise<void>;
  erase(registry: string, signal: AbortSignal): Promise<void>;
  /** User names by registry key. */
  list(signal: AbortSignal): Promise<Record<string, string>>;
}

/** @throws (each method) AppError credentialHelperMissing, credentialHelperFailed */
export function credentialHelper(host: Host, helper: string): CredentialHelper {
  if (!/^[A-Za-z0-9._-]+$/.test(helper)) throw new AppError('credentialHelperFailed', { helper, message: 'its name is no file name' });

  async function run(verb: 'get' | 'store' | 'erase' | 'list', input: string, secret: string | null, signal: AbortSignal): Promise<string> {
    const late = AbortSignal.timeout(WITHIN_MS);
    try {
      const { exitCode, stdout, stderr } = await host.exec(
        [`docker-credential-${helper}`, verb],
        { input: Buffer.from(input) },
        AbortSignal.any([signal, late]),
      );
      if (exitCode === 0) return stdout.toString();
      // They fail on stdout, by agreement.
      const words = (stdout.toString().trim() || stderr.trim() || `exit code ${exitCode}`).slice(0, 500);
      throw new AppError('credentialHelperFailed', { helper, message: secret === null ? words : words.replaceAll(secret, '…') });
    } catch (error) {
      if (error instanceof AppError && error.reason === 'commandMissing') throw new AppError('credentialHelperMissing', { helper });
      if (late.aborted && !signal.aborted) {
        throw new AppError('credentialHelperFailed', { helper, message: `no answer for ${WITHIN_MS / 1000} s` });
      }
      throw error;
    }
  }

  function parse<T>(schema: z.ZodType<T>, text: string): T {
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      // The words of a parser would quote the secret.
      throw new AppError('credentialHelperFailed', { helper, message: 'its answer is not understood' });
    }
  }

  return {
    async get(registry, signal) {
      let answer: string;
      try {
        answer = await run('get', keyOfRegistry(registry), null, signal);
      } catch (error) {
        if (error instanceof AppError && /credentials not found/i.test(String(error.problem.params.message))) return null;
        throw error;
      }
      const { Username, Secret } = parse(given, answer);
      return { username: Username, secret: Secret, isToken: Username === TOKEN_USER };
    },
    async store(registry, { username, secret, isToken }, signal) {
      const entry = { ServerURL: keyOfRegistry(registry), Username: isToken ? TOKEN_USER : username, Secret: secret };
      await run('store', JSON.stringify(entry), secret, signal);
    },
    async erase(registry, signal) {
      await run('erase', keyOfRegistry(registry), null, signal);
    },
    async list(signal) {
      return parse(listed, (await run('list', '', null, signal)).trim() || '{}');
    },
  };
}
