/** One of the scripts, with its arguments after the root's. */
export interface ScriptCall {
  script: string;
  args: readonly string[];
  /** Whether it changes anything. */
  writes: boolean;
  /** The script reads it to its end, or says something when it wants no more, and reads what is on its way: whoever feeds it is not cut off. */
  input?: AsyncIterable<Uint8Array>;
}

/** A POSIX shell beside the files, however it is reached. */
export interface Shell {
  /** The root of the files, as the shell sees it. */
  readonly root: string;
  /** Whether owners' names are those of the files' own place. */
  readonly knowsNames: boolean;
  /** To the end. @throws ScriptFailure, AppError */
  run(call: ScriptCall, signal: AbortSignal): Promise<Buffer>;
  /** Its output as it comes; not reading it pauses the script, and leaving early ends it. @throws ScriptFailure, AppError */
  stream(call: ScriptCall, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** A script that ended with another exit code than 0. */
export class ScriptFailure extends Error {
  override readonly name = 'ScriptFailure';
  readonly exitCode: number | null;
  readonly output: Buffer;
  readonly words: string;

  constructor(exitCode: number | null, output: Buffer, words: string) {
    super(`a script ended with ${exitCode}: ${words}`);
    this.exitCode = exitCode;
    this.output = output;
    this.words = words;
  }
}
