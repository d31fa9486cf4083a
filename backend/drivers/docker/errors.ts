import { AppError, isAbort, messageOf } from '../../core/index.ts';

/** The engine's answer was no success. `message` is in the engine's own words. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What sentences call the engine. */
export interface EngineName {
  name: string;
  /** Socket path or address. */
  endpoint: string;
}

/**
 * Every foreign error of the driver becomes an AppError here.
 * @param refused what a refusal means for the call that was made; null when it means nothing special
 */
export function toEngineError(error: unknown, engine: EngineName, refused?: (refusal: Refusal) => AppError | null): AppError {
  if (error instanceof Refusal) return refused?.(error) ?? refusedError(error, engine);
  if (error instanceof AppError) {
    if (error.reason === 'fileDenied') return new AppError('engineDenied', { endpoint: engine.endpoint }, { cause: error });
    if (error.reason !== 'socketUnreachable') return error;
    return new AppError('engineUnreachable', { engine: engine.name, message: String(error.problem.params.message) }, { cause: error });
  }
  if (isAbort(error)) return new AppError('cancelled', {}, { cause: error });
  return new AppError('engineUnreachable', { engine: engine.name, message: messageOf(error) }, { cause: error });
}

function refusedError(refusal: Refusal, engine: EngineName): AppError {
  if (isNoSpace(refusal.message)) return engineNoSpace(engine, refusal.message);
  return new AppError('engineRefused', { engine: engine.name, message: refusal.message }, { detail: refusal.message, cause: refusal });
}

export function isNoSpace(message: string): boolean {
  return /no space left on device/i.test(message);
}

/** Where it happened stands before the words: `write /var/lib/docker/…: no space left on device`. */
export function engineNoSpace(engine: EngineName, message: string): AppError {
  const place = /(\S+): no space left on device/i.exec(message)?.[1];
  return new AppError('engineNoSpace', { engine: engine.name, message: place ?? message }, { detail: message });
}

/** @returns why a container could not be started, from the runtime's words (runc, crun); null when they say nothing of it */
export function entrypointProblem(message: string): AppError | null {
  const missing =
    /exec: \\?"(?<path>[^"\\]+)\\?":.*(?:no such file or directory|executable file not found)/.exec(message) ??
    /executable file [`'](?<path>[^`']+)[`'] not found/.exec(message);
  if (missing?.groups?.path !== undefined)
    return new AppError('entrypointMissing', { entrypoint: missing.groups.path }, { detail: message });
  if (/OCI runtime|runc|crun/.test(message)) return new AppError('entrypointFailed', { message: lastWords(message) }, { detail: message });
  return null;
}

/** The address and port that the engine could not publish; null when the message is about something else. */
export function takenPort(message: string): { protocol: 'tcp' | 'udp'; port: number } | null {
  if (!/address already in use|port is already allocated/.test(message)) return null;
  const found = /(?:listen (?<protocol>tcp|udp)\d?|Bind for|bind host port(?: for)?) \S*?:(?<port>\d+)(?=[\s:/]|$)/.exec(message);
  if (found?.groups === undefined) return null;
  return { protocol: found.groups.protocol === 'udp' ? 'udp' : 'tcp', port: Number(found.groups.port) };
}

/** Runtimes wrap their words in the whole call stack: what went wrong stands behind the last "process:". */
function lastWords(message: string): string {
  return (
    message
      .split('unable to start container process: ')
      .at(-1)
      ?.replace(/: unknown$/, '') ?? message
  );
}
