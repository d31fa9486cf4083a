import { type Problem, toProblem } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { type Definition, formatDefinition, parseDefinition } from './definition.ts';

/** The definition, or why it cannot be used. */
export type ReadDefinition = { value: Definition; problem: null } | { value: null; problem: Problem };

/** A machine's definition as it was last read or written; people may edit the file. */
export class DefinitionFile {
  readonly #host: Host;
  readonly #path: string;
  #read: ReadDefinition;

  constructor(host: Host, path: string) {
    this.#host = host;
    this.#path = path;
    this.#read = { value: null, problem: toProblem('definitionInvalid', { path, message: 'it was not read yet' }) };
  }

  get read(): ReadDefinition {
    return this.#read;
  }

  /** @throws AppError `definitionInvalid` */
  get value(): Definition {
    const { value, problem } = this.#read;
    if (value !== null) return value;
    throw new AppError(problem.reason, problem.params);
  }

  async load(signal: AbortSignal): Promise<void> {
    try {
      const text = (await this.#host.readFile(this.#path, signal)).toString();
      this.#read = { value: parseDefinition(this.#path, text), problem: null };
    } catch (error) {
      if (!(error instanceof AppError) || (error.reason !== 'definitionInvalid' && error.code !== 'notFound')) throw error;
      const missing = { path: this.#path, message: 'it is missing' };
      this.#read = { value: null, problem: error.code === 'notFound' ? toProblem('definitionInvalid', missing) : error.problem };
    }
  }

  async save(value: Definition, signal: AbortSignal): Promise<void> {
    await this.#host.writeFile(this.#path, formatDefinition(value), {}, signal);
    this.#read = { value, problem: null };
  }
}
