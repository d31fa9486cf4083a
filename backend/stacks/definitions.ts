import { posix } from 'node:path';
import { type ComposeFile, isSecretName, type StackDefinition, type StackRef } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import type { Driver } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import { type CheckedFiles, checkFiles } from './compose/check.ts';
import { readComposeFile, readEnvFile, readVariables } from './files.ts';
import type { FoundTool } from './tool.ts';
import { toolProblem } from './tool-words.ts';

export interface DefinitionParts {
  driver: (ref: StackRef) => Driver;
  /** @throws AppError stackFilesUnknown */
  paths: (ref: StackRef) => string[];
  tool: (driver: Driver, signal: AbortSignal) => Promise<FoundTool | null>;
}

export type ReadDefinition = StackDefinition & Pick<CheckedFiles, 'secrets'>;

/** What the files of stacks say. */
export class Definitions {
  readonly #parts: DefinitionParts;

  constructor(parts: DefinitionParts) {
    this.#parts = parts;
  }

  /** The files as they are, held against the rules here and then against the tool's own. @throws AppError fileMissing */
  async read(ref: StackRef, signal: AbortSignal): Promise<ReadDefinition> {
    const definition = await this.readOnly(ref, signal);
    // What is wrong by our own rules would only be said once more.
    if (definition.problems.some(({ severity }) => severity === 'error')) return definition;
    const said = await this.#askTool(ref, definition.files, signal);
    return { ...definition, problems: [...definition.problems, ...(said ?? [])] };
  }

  /** As `read`, by our own rules only. */
  async readOnly(ref: StackRef, signal: AbortSignal): Promise<ReadDefinition> {
    return this.#check(ref, await this.#readFiles(ref, signal), signal);
  }

  /** As `read`, with a text that is not saved; without the tool, which reads only files. */
  async check(ref: StackRef, edited: { path: string; text: string }, signal: AbortSignal): Promise<ReadDefinition> {
    const files = await this.#readFiles(ref, signal);
    return this.#check(
      ref,
      files.map((file) => (file.path === edited.path ? { ...file, text: edited.text } : file)),
      signal,
    );
  }

  /** @throws AppError fileChanged when the file is not the one that was read */
  async save(ref: StackRef, { path, text, modifiedMs }: ComposeFile, signal: AbortSignal): Promise<ReadDefinition> {
    const { host } = this.#parts.driver(ref);
    if (!this.#parts.paths(ref).includes(path)) throw new AppError('fileMissing', { path });
    const stats = await host.stat(path, signal);
    if (stats !== null && stats.modifiedMs !== modifiedMs) throw new AppError('fileChanged', { path });
    await host.writeFile(path, text, { mode: 0o644 }, signal);
    return this.read(ref, signal);
  }

  #readFiles(ref: StackRef, signal: AbortSignal): Promise<ComposeFile[]> {
    const { host } = this.#parts.driver(ref);
    return Promise.all(this.#parts.paths(ref).map((path) => readComposeFile(host, path, signal)));
  }

  async #check(ref: StackRef, files: ComposeFile[], signal: AbortSignal): Promise<ReadDefinition> {
    const { host } = this.#parts.driver(ref);
    const folder = posix.dirname(files[0]?.path ?? '/');
    const variables = await readVariables(host, folder, signal);
    const { services, problems, envFiles, secrets } = checkFiles(files, (name) => variables.get(name));
    for (const { file, tell } of envFiles) {
      const path = posix.resolve(folder, file);
      if ((await host.stat(path, signal)) === null) problems.push(tell(path));
      else secrets.push(...secretsOf(await readEnvFile(host, path, signal)));
    }
    secrets.push(...secretsOf(variables));
    return { files, services, problems, secrets };
  }

  async #askTool(ref: StackRef, files: ComposeFile[], signal: AbortSignal): Promise<StackDefinition['problems'] | null> {
    const driver = this.#parts.driver(ref);
    const tool = await this.#parts.tool(driver, signal);
    const [first] = files;
    if (tool === null || tool.flavor === 'podman' || first === undefined) return null;
    const argv = [...tool.argv, ...files.flatMap(({ path }) => ['-f', path]), 'config', '-q'] as const;
    const options = { env: { ...facetOf(driver, 'compose').env }, cwd: posix.dirname(first.path) };
    const { exitCode, stderr } = await driver.host.exec([argv[0] ?? '', ...argv.slice(1)], options, signal);
    const problem = exitCode === 0 ? null : toolProblem(stderr, first);
    return problem === null ? null : [problem];
  }
}

function secretsOf(variables: ReadonlyMap<string, string>): string[] {
  return [...variables].flatMap(([name, value]) => (isSecretName(name) ? [value] : []));
}
