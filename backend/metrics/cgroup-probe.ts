import type { CgroupFolder, Controller } from './cgroup-paths.ts';
import { type DiskBytes, parseBlkio, parseIoStat, readProcessIo, UNKNOWN_DISK } from './disk-counters.ts';
import type { FileSource, SourceFile } from './files.ts';
import { parseNetDev } from './net-dev.ts';
import type { Probe } from './probe.ts';
import { emptyReading, type Reading } from './reading.ts';
import { integerAfter, integerAt, nextLine } from './scan.ts';

export interface CgroupTarget {
  pid: number;
  cgroups: Partial<Record<Controller, CgroupFolder>>;
  /** The machine has no network namespace of its own: its traffic cannot be told from the host's. */
  sharesHostNetwork: boolean;
  /** Devices that `io.stat` counts twice. */
  stacked: ReadonlySet<number>;
}

/** memory.stat is the dearest file, the kernel sums the whole group for it: once a second is enough. */
const MEMORY_STAT_MS = 900;
/**
 * While a group's CPU time stands still nothing in it ran, so that only work of others on its behalf (writing back pages,
 * reclaim) could change its memory, disk and process files: those are then read this rarely. Two of three reads are saved.
 */
const STILL_MS = 5000;

/** Beyond this many processes reading each would cost more than the number is worth. */
const MOST_MEMBERS = 64;

const USAGE_USEC = Buffer.from('usage_usec ');
const CACHE_KEYS = {
  1: { cache: Buffer.from('\ntotal_cache '), shared: Buffer.from('\ntotal_shmem ') },
  2: { cache: Buffer.from('\nfile '), shared: Buffer.from('\nshmem ') },
} as const;

/** A container: its control groups, and the interfaces of its network namespace. */
export class CgroupProbe implements Probe {
  readonly #files: FileSource;
  readonly #target: CgroupTarget;
  readonly #open: SourceFile[] = [];
  readonly #cpu: SourceFile | null;
  readonly #memory: SourceFile | null;
  readonly #memoryStat: SourceFile | null;
  readonly #disks: SourceFile[];
  readonly #members: SourceFile | null;
  readonly #pids: SourceFile | null;
  readonly #net: SourceFile | null;
  #cpuSeconds = Number.NaN;
  #restDueMs = 0;
  #cacheDueMs = 0;
  #cacheBytes = Number.NaN;
  #memoryBytes = Number.NaN;
  #processes = Number.NaN;
  #disk: DiskBytes = UNKNOWN_DISK;
  #diskFrom: SourceFile | null | undefined;

  constructor(files: FileSource, target: CgroupTarget) {
    const { cpuacct, memory, blkio, pids } = target.cgroups;
    this.#files = files;
    this.#target = target;
    this.#cpu = this.#keep(cpuacct, { 1: 'cpuacct.usage', 2: 'cpu.stat' });
    this.#memory = this.#keep(memory, { 1: 'memory.usage_in_bytes', 2: 'memory.current' });
    this.#memoryStat = this.#keep(memory, { 1: 'memory.stat', 2: 'memory.stat' });
    const disks = [
      this.#keep(blkio, { 1: 'blkio.throttle.io_service_bytes_recursive', 2: 'io.stat' }),
      this.#keep(blkio, { 1: 'blkio.bfq.io_service_bytes_recursive' }),
    ];
    this.#disks = disks.filter((file) => file !== null);
    this.#members = this.#keep(blkio, { 1: 'cgroup.procs' });
    this.#pids = this.#keep(pids, { 1: 'pids.current', 2: 'pids.current' });
    this.#net = target.sharesHostNetwork ? null : this.#keepPath(`/proc/${target.pid}/net/dev`);
  }

  read(): Reading | 'ended' {
    const nowMs = this.#files.nowMs();
    const cpuSeconds = this.#readCpu();
    if (cpuSeconds === 'ended') return 'ended';
    // NaN differs from itself: without CPU time everything is read every time.
    const ran = cpuSeconds !== this.#cpuSeconds;
    this.#cpuSeconds = cpuSeconds;
    if (ran || nowMs >= this.#restDueMs) {
      this.#restDueMs = nowMs + STILL_MS;
      this.#readMemory(nowMs);
      this.#readDisk(ran);
      this.#processes = this.#integer(this.#pids);
    }
    const reading = emptyReading(nowMs);
    reading.cpuSeconds = cpuSeconds;
    reading.memoryBytes = this.#memoryBytes;
    reading.cacheBytes = this.#cacheBytes;
    reading.diskReadBytes = this.#disk.readBytes;
    reading.diskWriteBytes = this.#disk.writeBytes;
    reading.processes = this.#processes;
    const end = this.#net?.read() ?? -1;
    if (end >= 0) {
      const traffic = parseNetDev(this.#files.bytes, end);
      reading.netReceiveBytes = traffic.receivedBytes;
      reading.netSendBytes = traffic.sentBytes;
    }
    return reading;
  }

  close(): void {
    for (const file of this.#open.splice(0)) file.close();
  }

  #readCpu(): number | 'ended' {
    if (this.#cpu === null) return Number.NaN;
    const end = this.#cpu.read();
    if (end < 0) return 'ended';
    if (this.#target.cgroups.cpuacct?.version === 1) return integerAt(this.#files.bytes, 0, end) / 1e9;
    return integerAfter(this.#files.bytes, end, USAGE_USEC) / 1e6;
  }

  #readMemory(nowMs: number): void {
    const version = this.#target.cgroups.memory?.version;
    if (version !== undefined && nowMs >= this.#cacheDueMs) {
      this.#cacheDueMs = nowMs + MEMORY_STAT_MS;
      const end = this.#memoryStat?.read() ?? -1;
      const keys = CACHE_KEYS[version];
      // Shared memory and tmpfs are counted as cache, but are data that nothing else keeps: they stay with the memory.
      this.#cacheBytes = integerAfter(this.#files.bytes, end, keys.cache) - integerAfter(this.#files.bytes, end, keys.shared);
    }
    this.#memoryBytes = Math.max(0, this.#integer(this.#memory) - this.#cacheBytes);
  }

  #readDisk(ran: boolean): void {
    for (const file of this.#disks) {
      const end = file.read();
      const parse = this.#target.cgroups.blkio?.version === 1 ? parseBlkio : parseIoStat;
      const disk = end < 0 ? UNKNOWN_DISK : parse(this.#files.bytes, end, this.#target.stacked);
      if (Number.isNaN(disk.readBytes)) continue;
      this.#setDisk(disk, file);
      return;
    }
    // A process that did not run has no new bytes.
    if (!ran && this.#diskFrom === this.#members && !Number.isNaN(this.#disk.readBytes)) return;
    this.#setDisk(this.#members === null ? UNKNOWN_DISK : this.#diskOfMembers(this.#members), this.#members);
  }

  /** Two sources count from different beginnings: the step between them is no traffic. */
  #setDisk(disk: DiskBytes, from: SourceFile | null): void {
    this.#disk = this.#diskFrom === undefined || from === this.#diskFrom ? disk : UNKNOWN_DISK;
    this.#diskFrom = from;
  }

  /** Since Linux 6.10 cgroup v1 counts no disk traffic before a limit is set: what its processes say of themselves is left. */
  #diskOfMembers(members: SourceFile): DiskBytes {
    const end = members.read();
    if (end <= 0) return UNKNOWN_DISK;
    const pids: number[] = [];
    for (let line = 0; line < end; line = nextLine(this.#files.bytes, line, end)) pids.push(integerAt(this.#files.bytes, line, end));
    if (pids.length > MOST_MEMBERS) return UNKNOWN_DISK;
    const sum = { readBytes: 0, writeBytes: 0 };
    for (const pid of pids) {
      const file = this.#files.open(`/proc/${pid}/io`);
      if (file === null) return UNKNOWN_DISK;
      const io = readProcessIo(this.#files, file);
      file.close();
      sum.readBytes += io.readBytes;
      sum.writeBytes += io.writeBytes;
    }
    return sum;
  }

  #integer(file: SourceFile | null): number {
    const end = file?.read() ?? -1;
    return end < 0 ? Number.NaN : integerAt(this.#files.bytes, 0, end);
  }

  #keep(folder: CgroupFolder | undefined, names: { 1: string; 2?: string }): SourceFile | null {
    const name = folder && names[folder.version];
    return folder && name ? this.#keepPath(`${folder.path}/${name}`) : null;
  }

  #keepPath(path: string): SourceFile | null {
    const file = this.#files.open(path);
    if (file !== null) this.#open.push(file);
    return file;
  }
}
