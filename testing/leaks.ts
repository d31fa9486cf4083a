/**
 * Says what a test run left behind on this machine. Run by scripts/test.mjs around everything, and by the e2e fixtures.
 * It looks and compares; it never ends or removes anything.
 *
 *   node testing/leaks.ts save FILE      what is there now, before the run
 *   node testing/leaks.ts compare FILE   exit code 1 and one line each for what is there more
 *
 * A process is the run's when it has CATAMARAN_TEST_RUN=<folder> in its environment, or its root is a mount of that folder (it
 * runs in a container of ours); that it merely sees our mounts says nothing. Network devices and cgroups carry no such mark:
 * every new one counts.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export type Traces = Record<string, string[]>;

/** @param folder every process of the run has it in its environment, every file of the run lies below it */
export function takeTraces(folder: string): Traces {
  return {
    process: processes(folder),
    mount: mounts(folder),
    'network device': names('/sys/class/net'),
    'network namespace': ['/run/netns', `/run/user/${process.getuid?.() ?? 0}/netns`].flatMap(paths),
    cgroup: cgroups(),
    'temporary file': [
      ...paths(join(folder, 'tmp')),
      ...paths('/tmp').filter((path) => /^\/tmp\/(catamaran|ct-e2e)-/.test(path) && path !== folder),
    ],
    'engine data': ENGINE_FOLDERS.flatMap(paths),
  };
}

/** One line for each thing that is there now and was not before. */
export function leftovers(before: Traces, now: Traces): string[] {
  return Object.entries(now).flatMap(([kind, all]) => {
    const known = new Set(before[kind]);
    return all.filter((each) => !known.has(each) && !SHARED.test(each)).map((each) => `${kind}: ${each}`);
  });
}

/** What an ended program leaves may take the kernel a moment to take down: looks again until nothing is left, or `graceMs` are over. */
export async function settledLeftovers(options: { before: Traces; folder: string; graceMs: number }): Promise<string[]> {
  const deadline = performance.now() + options.graceMs;
  while (true) {
    const left = leftovers(options.before, takeTraces(options.folder));
    if (left.length === 0 || performance.now() > deadline) return left;
    await wait(100);
  }
}

/** Made once by every Podman, Docker or `ip netns`, empty, shared by all of them, and never taken away by any. */
const SHARED = /\/libpod_parent$|^\/run\/netns$|^\/run\/docker\/plugins$/;

/** Where the system's own engines keep things: the tests' engines must not have used them. */
const ENGINE_FOLDERS = [
  '/var/lib/docker',
  '/var/lib/docker/containers',
  '/var/lib/containers/storage/overlay-containers',
  '/var/lib/containers/storage/overlay-images',
  '/var/lib/cni/networks',
  '/etc/containers/networks',
  '/run/docker',
  '/run/containers/storage/overlay-containers',
];

function processes(folder: string): string[] {
  return names('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      // Kernel threads and what has ended have no command.
      if (command === '' || isAncestor(Number(pid))) return [];
      const mark = /(?:^|\0)CATAMARAN_TEST_RUN=([^\0]*)/.exec(read(`/proc/${pid}/environ`))?.[1] ?? '';
      // A run within a run has a folder below ours.
      return `${mark}/`.startsWith(`${folder}/`) || rootMount(pid).includes(`${folder}/`) ? [`${pid} ${command}`] : [];
    });
}

/** The line of mountinfo for what the process sees as `/`. */
function rootMount(pid: string): string {
  const lines = read(`/proc/${pid}/mountinfo`).split('\n');
  return lines.find((line) => line.split(' ')[4] === '/') ?? '';
}

/** Whoever started us has the mark as well. */
function isAncestor(pid: number): boolean {
  if (pid === 1) return true;
  let current = process.pid;
  while (current > 1) {
    if (current === pid) return true;
    const parent = /^PPid:\s+(\d+)$/m.exec(read(`/proc/${current}/status`))?.[1];
    if (parent === undefined) return false;
    current = Number(parent);
  }
  return false;
}

function mounts(folder: string): string[] {
  return read('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => line.includes(folder) || /\/(docker|containers|libpod|netns|catamaran)[/ ]/.test(line))
    .map((line) => line.split(' ')[4] ?? line);
}

function cgroups(): string[] {
  const found: string[] = [];
  const walk = (folder: string, depth: number) => {
    for (const entry of entries(folder)) {
      if (!entry.isDirectory()) continue;
      const path = join(folder, entry.name);
      if (/docker|libpod|catamaran/.test(entry.name)) found.push(path);
      if (depth > 0) walk(path, depth - 1);
    }
  };
  walk('/sys/fs/cgroup', 6);
  return found;
}

function paths(folder: string): string[] {
  return names(folder).map((name) => join(folder, name));
}

function names(folder: string): string[] {
  return entries(folder).map((entry) => entry.name);
}

/** What is not there, or ends while we look, holds nothing. */
function entries(folder: string) {
  try {
    return existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function main(verb: string | undefined, file: string | undefined): Promise<void> {
  const folder = process.env.CATAMARAN_TEST_RUN;
  if (folder === undefined || file === undefined)
    throw new Error('usage: CATAMARAN_TEST_RUN=FOLDER node testing/leaks.ts save|compare FILE');
  if (verb === 'save') return writeFileSync(file, JSON.stringify(takeTraces(folder)));
  const before = JSON.parse(readFileSync(file, 'utf8')) as Traces;
  const left = await settledLeftovers({ before, folder, graceMs: 30_000 });
  for (const line of left) process.stderr.write(`left behind: ${line}\n`);
  process.exitCode = left.length === 0 ? 0 : 1;
}

if (import.meta.main) await main(process.argv[2], process.argv[3]);
