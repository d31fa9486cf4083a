import { posix } from 'node:path';
import {
  type ComposeFile,
  type ComposeTool,
  type EngineId,
  groupStacks,
  type Stack,
  type StackCommand,
  type StackDefinition,
  type StackProject,
  type StackRef,
  type StackRun,
  stackKey,
} from '../contract/index.ts';
import { AppError, type Clock, type Logger, Scope } from '../core/index.ts';
import type { Driver } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import type { Inventory } from '../inventory/index.ts';
import type { MachineService } from '../machines/index.ts';
import type { Tasks } from '../tasks/index.ts';
import { nameIn } from './compose/document.ts';
import { Definitions, type ReadDefinition } from './definitions.ts';
import { EngineRun } from './engine-run.ts';
import { findFiles, readComposeFile, toStackName } from './files.ts';
import type { Projects } from './projects.ts';
import { RunLog } from './run-log.ts';
import { type PullImage, StackRuns } from './stack-runs.ts';
import { type FoundTool, findTool } from './tool.ts';

/** Stacks of Compose: found by their containers' labels, or opened by their files. */
export interface StackService extends AsyncDisposable {
  /** Those that were opened here. Slow reader: `latest`. */
  watchProjects(signal: AbortSignal): AsyncIterable<StackProject[]>;
  /** The last command that was run on it; null before the first. Slow reader: `latest`. */
  watchRun(ref: StackRef, signal: AbortSignal): AsyncIterable<StackRun | null>;
  /** Null when none is installed on the engine's host. */
  tool(engineId: EngineId, signal: AbortSignal): Promise<ComposeTool | null>;
  /** @param path a Compose file, or the folder that holds it. @throws AppError fileMissing, nameTaken */
  open(engineId: EngineId, path: string, signal: AbortSignal): Promise<StackProject>;
  /** Keeps a text in the app's own folder, as a stack of its own. @throws AppError nameTaken */
  add(ref: StackRef, text: string, signal: AbortSignal): Promise<StackProject>;
  /** It is listed no more; the file of one of our own is deleted. @throws AppError stackNotDown */
  forget(ref: StackRef, signal: AbortSignal): Promise<void>;
  definition(ref: StackRef, signal: AbortSignal): Promise<StackDefinition>;
  check(ref: StackRef, edited: { path: string; text: string }, signal: AbortSignal): Promise<StackDefinition>;
  /** @throws AppError fileChanged */
  save(ref: StackRef, file: ComposeFile, signal: AbortSignal): Promise<StackDefinition>;
  /** As a task that goes on when the caller goes away. @throws AppError stackBusy, composeMissing, composeFailed */
  run(ref: StackRef, command: StackCommand): Promise<void>;
}

export interface StackServiceDeps {
  inventory: Inventory;
  machines: MachineService;
  tasks: Tasks;
  projects: Projects;
  pull: PullImage;
  /** Holds a folder for each stack whose text is kept here. */
  folder: string;
  clock: Clock;
  logger: Logger;
}

export function createStackService(deps: StackServiceDeps): StackService {
  const { inventory, projects, tasks, logger } = deps;
  const scope = new Scope((error) => logger.error('the output of a stack could not be told', { error }));
  const log = new RunLog(deps.clock, scope);
  const tools = new Map<EngineId, FoundTool>();
  const definitions = new Definitions({ driver: driverOf, paths: pathsOf, tool: toolOf });
  const runs = new StackRuns({
    tasks,
    log,
    engineRun: new EngineRun(deps),
    definitions,
    stack: stackOf,
    driver: driverOf,
    paths: pathsOf,
    pull: deps.pull,
    relist: (id, kind) => inventory.list(id, kind, scope.signal).catch(() => {}),
    tool: needTool,
  });

  function driverOf({ engineId }: StackRef): Driver {
    return inventory.driver(engineId);
  }

  function stackOf(ref: StackRef): Stack {
    const found = groupStacks(inventory.machines()).find((stack) => stackKey(stack) === stackKey(ref));
    return found ?? { ...ref, services: [], machines: [], files: [] };
  }

  function pathsOf(ref: StackRef): string[] {
    const paths = projects.get(ref)?.files ?? stackOf(ref).files;
    if (paths.length === 0) throw new AppError('stackFilesUnknown', { stack: ref.name });
    return paths;
  }

  /** Looked for again until one is found: it may be installed meanwhile. */
  async function toolOf(driver: Driver, signal: AbortSignal): Promise<FoundTool | null> {
    const known = tools.get(driver.engineId) ?? (await findTool(driver.host, facetOf(driver, 'compose'), signal));
    if (known !== null) tools.set(driver.engineId, known);
    return known;
  }

  async function needTool(driver: Driver, signal: AbortSignal): Promise<FoundTool> {
    const tool = await toolOf(driver, signal);
    if (tool !== null) return tool;
    const { name: host } = await driver.host.facts(signal);
    throw new AppError('composeMissing', { host, package: facetOf(driver, 'compose').packages.join(' / ') });
  }

  async function freeName(ref: StackRef, files: readonly string[]): Promise<void> {
    const taken = projects.get(ref)?.files ?? stackOf(ref).files;
    const exists = projects.get(ref) !== undefined || stackOf(ref).machines.length > 0;
    if (exists && taken.join() !== files.join()) throw new AppError('nameTaken', { name: ref.name });
  }

  return {
    watchProjects: (signal) => projects.watch(signal),
    watchRun: (ref, signal) => log.watch(ref, signal),
    async tool(engineId, signal) {
      const found = await toolOf(inventory.driver(engineId), signal);
      return found === null ? null : { command: found.command, version: found.version };
    },

    async open(engineId, path, signal) {
      const { host } = inventory.driver(engineId);
      const files = await findFiles(host, path, signal);
      const [first = path] = files;
      const { text } = await readComposeFile(host, first, signal);
      const name = nameIn(text) ?? (toStackName(posix.basename(posix.dirname(first))) || 'stack');
      const project: StackProject = { engineId, name, files, own: false };
      await freeName(project, files);
      await projects.set(project);
      return project;
    },

    async add(ref, text, signal) {
      const { host } = inventory.driver(ref.engineId);
      await freeName(ref, []);
      const file = posix.join(deps.folder, ref.engineId, ref.name, 'compose.yaml');
      await host.writeFile(file, text, {}, signal);
      const project: StackProject = { ...ref, files: [file], own: true };
      await projects.set(project);
      return project;
    },

    async forget(ref, signal) {
      const project = projects.get(ref);
      if (project === undefined) return;
      if (project.own) {
        if (stackOf(ref).machines.length > 0) throw new AppError('stackNotDown', { stack: ref.name });
        await driverOf(ref).host.remove(posix.dirname(project.files[0] ?? ''), signal);
      }
      await projects.remove(ref);
    },

    definition: async (ref, signal) => shown(await definitions.read(ref, signal)),
    check: async (ref, edited, signal) => shown(await definitions.check(ref, edited, signal)),
    save: async (ref, file, signal) => shown(await definitions.save(ref, file, signal)),

    run: (ref, command) => runs.run(ref, command),

    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  };
}

function shown({ secrets: _, ...definition }: ReadDefinition): StackDefinition {
  return definition;
}
