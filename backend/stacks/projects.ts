import { readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import { type StackProject, type StackRef, stackKey, stackProject } from '../contract/index.ts';
import { Latest, type Logger, systemCode, writeWholeFile } from '../core/index.ts';

const stored = z.object({ version: z.literal(1), projects: z.array(stackProject) });

/** The stacks whose files were opened here. Every change is on disk before it is told. */
export interface Projects {
  get(ref: StackRef): StackProject | undefined;
  /** Slow reader: `latest`. */
  watch(signal: AbortSignal): AsyncIterable<StackProject[]>;
  set(project: StackProject): Promise<void>;
  remove(ref: StackRef): Promise<void>;
}

/** A file that cannot be read is kept beside, and the list begins empty. */
export async function openProjects({ file, logger }: { file: string; logger: Logger }, signal: AbortSignal): Promise<Projects> {
  const latest = new Latest<StackProject[]>(await load(file, logger, signal));
  let saving: Promise<void> = Promise.resolve();

  function change(to: (projects: StackProject[]) => StackProject[]): Promise<void> {
    const saved = saving.then(async () => {
      const projects = to(latest.value);
      await writeWholeFile(file, `${JSON.stringify({ version: 1, projects }, null, 2)}\n`, { mode: 0o600 });
      latest.set(projects);
    });
    saving = saved.catch(() => {});
    return saved;
  }
  const without = (ref: StackRef) => (projects: StackProject[]) => projects.filter((one) => stackKey(one) !== stackKey(ref));

  return {
    get: (ref) => latest.value.find((one) => stackKey(one) === stackKey(ref)),
    watch: (watchSignal) => latest.watch(watchSignal),
    set: (project) => change((projects) => [...without(project)(projects), project]),
    remove: (ref) => change(without(ref)),
  };
}

async function load(file: string, logger: Logger, signal: AbortSignal): Promise<StackProject[]> {
  try {
    return stored.parse(JSON.parse(await readFile(file, { encoding: 'utf8', signal }))).projects;
  } catch (error) {
    signal.throwIfAborted();
    if (systemCode(error) === 'ENOENT') return [];
    logger.warn('the list of stacks is unreadable and was kept beside', { file, error });
    await rename(file, `${file}.unreadable`);
    return [];
  }
}
