import type { Cgroups, HostProcess, NamespaceIds } from '../contract/index.ts';
import { namespaceKind } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import { readCgroupValues } from '../hosts/cgroup-values.ts';
import { byController, listCgroups } from '../hosts/cgroups.ts';
import type { Host } from '../hosts/host.ts';
import { innerPid, type ProcessStatus, parseNamespaces, parseStatus } from './process-status.ts';

const MOST_PROCESSES = 100;
const MOST_PARENTS = 16;
const MOST_COMMAND_LETTERS = 300;

/** What /proc tells of one process of a host, and of those around it. */
export class ProcessFiles {
  readonly #host: Host;
  readonly #pid: number;
  readonly #signal: AbortSignal;

  constructor(host: Host, pid: number, signal: AbortSignal) {
    this.#host = host;
    this.#pid = pid;
    this.#signal = signal;
  }

  /** @throws AppError fileMissing when it has ended, fileDenied */
  read(name: string): Promise<string> {
    return this.#text(`/proc/${this.#pid}/${name}`);
  }

  /** In clock ticks since the host started; with the number it names one process for good. Null when it has ended. */
  async startTime(): Promise<string | null> {
    const stat = await this.#optional(`/proc/${this.#pid}/stat`);
    // The command may hold anything, blanks and parentheses too: the numbers begin behind the last one.
    return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  }

  async status(): Promise<ProcessStatus> {
    return parseStatus(await this.read('status'));
  }

  async lastCapability(): Promise<number | null> {
    const text = await this.#optional('/proc/sys/kernel/cap_last_cap');
    return text === null ? null : Number(text);
  }

  /** What a security module says of it; null without one: the file is there, but cannot be read. */
  label(): Promise<string | null> {
    return this.#optional(`/proc/${this.#pid}/attr/current`);
  }

  ownMountinfo(): Promise<string> {
    return this.#text('/proc/self/mountinfo');
  }

  async namespaces(): Promise<NamespaceIds[]> {
    const [machine, first, own] = await Promise.all([this.#namespacesOf(this.#pid), this.#namespacesOf(1), this.#namespacesOf('self')]);
    // The host's own are those of its first process; where those may not be read, the reader's are the nearest there is.
    const host = first.size > 0 ? first : own;
    // Only who may trace a process may see its namespaces: root, or its owner.
    if (machine.size === 0) throw new AppError('fileDenied', { path: `/proc/${this.#pid}/ns` });
    return namespaceKind.options.map((kind) => ({ kind, id: machine.get(kind) ?? null, hostId: host.get(kind) ?? null }));
  }

  async cgroups(): Promise<Cgroups> {
    const groups = await this.#groups();
    return { groups, values: await readCgroupValues(groups, (path) => this.#optional(path)) };
  }

  /** The process first, then its parent, and so on to the host's own first. */
  async chain(): Promise<HostProcess[]> {
    const chain: HostProcess[] = [];
    for (let pid = this.#pid; pid > 0 && chain.length < MOST_PARENTS; ) {
      const status = parseStatus(await this.#text(`/proc/${pid}/status`));
      chain.push(await this.#describe(pid, status));
      pid = Number(status.get('PPid') ?? 0);
    }
    return chain;
  }

  /** All of its control group, those below it included. */
  async processes(): Promise<{ shown: HostProcess[]; more: number }> {
    const group = byController(await this.#groups())('pids');
    if (group === undefined || group.folder === null || group.path === '/') {
      return { shown: [await this.#describe(this.#pid, await this.status())], more: 0 };
    }
    const { stdout } = await this.#host.exec(['find', group.folder, '-name', 'cgroup.procs', '-exec', 'cat', '{}', '+'], {}, this.#signal);
    const pids = stdout
      .toString('latin1')
      .split('\n')
      .map(Number)
      .filter((pid) => pid > 0)
      .sort((a, b) => a - b);
    const described = await Promise.all(pids.slice(0, MOST_PROCESSES).map((pid) => this.#describeIfThere(pid)));
    return { shown: described.filter((one) => one !== null), more: Math.max(0, pids.length - MOST_PROCESSES) };
  }

  async #groups() {
    const [cgroup, mountinfo] = await Promise.all([this.read('cgroup'), this.ownMountinfo()]);
    return listCgroups({ cgroup, mountinfo });
  }

  async #describeIfThere(pid: number): Promise<HostProcess | null> {
    const status = await this.#optional(`/proc/${pid}/status`);
    return status === null ? null : this.#describe(pid, parseStatus(status));
  }

  async #describe(pid: number, status: ProcessStatus): Promise<HostProcess> {
    const command = (await this.#optional(`/proc/${pid}/cmdline`)) ?? '';
    const name = status.get('Name') ?? '';
    return {
      pid,
      innerPid: innerPid(status),
      name,
      command: command.replace(/\0+$/, '').replaceAll('\0', ' ').slice(0, MOST_COMMAND_LETTERS) || `[${name}]`,
    };
  }

  async #namespacesOf(pid: number | 'self'): Promise<Map<string, string>> {
    const paths = namespaceKind.options.map((kind) => `/proc/${pid}/ns/${kind}`);
    // It names each by its kind, so those that may not be read are simply missing.
    const { stdout } = await this.#host.exec(['readlink', ...paths], {}, this.#signal);
    return parseNamespaces(stdout.toString('latin1'));
  }

  async #text(path: string): Promise<string> {
    return (await this.#host.readFile(path, this.#signal)).toString();
  }

  /** Null when it is not there, or may not be read. */
  async #optional(path: string): Promise<string | null> {
    try {
      return await this.#text(path);
    } catch (error) {
      if (this.#signal.aborted || !(error instanceof AppError) || error.code === 'unreachable') throw error;
      return null;
    }
  }
}
