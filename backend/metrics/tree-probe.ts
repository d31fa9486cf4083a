import { readdirSync } from 'node:fs';
import { readProcessIo } from './disk-counters.ts';
import type { FileSource, SourceFile } from './files.ts';
import type { Probe } from './probe.ts';
import { readProcessTimes, readResidentBytes } from './process-files.ts';
import { emptyReading, type Reading } from './reading.ts';

/** How often new descendants are looked for; between two looks a new one is not seen. */
const LOOK_MS = 30_000;

interface Member {
  stat: SourceFile;
  status: SourceFile;
  io: SourceFile | null;
}

/**
 * A process of this machine and its descendants: Catamaran itself, and containers whose engine made no control group.
 * CPU time and disk bytes of children that ended stay counted, with the parent that waited for them.
 */
export class TreeProbe implements Probe {
  readonly #files: FileSource;
  readonly #rootPid: number;
  readonly #members = new Map<number, Member>();
  /** Every process's parent, so that each is read once in its life. */
  #parents = new Map<number, number>();
  #lookDueMs = 0;

  constructor(files: FileSource, rootPid: number) {
    this.#files = files;
    this.#rootPid = rootPid;
  }

  read(): Reading | 'ended' {
    const nowMs = this.#files.nowMs();
    let joined = false;
    const first = this.#members.size === 0;
    if (nowMs >= this.#lookDueMs) {
      this.#lookDueMs = nowMs + LOOK_MS;
      joined = this.#look() && !first;
    }
    const reading = { ...emptyReading(nowMs), cpuSeconds: 0, memoryBytes: 0, diskReadBytes: 0, diskWriteBytes: 0 };
    for (const [pid, member] of this.#members) {
      const times = readProcessTimes(this.#files, member.stat);
      if (times === null) {
        this.#forget(pid);
        continue;
      }
      const io = member.io === null ? null : readProcessIo(this.#files, member.io);
      reading.cpuSeconds += times.ownSeconds + times.reapedSeconds;
      reading.memoryBytes += readResidentBytes(this.#files, member.status);
      reading.diskReadBytes += io?.readBytes ?? Number.NaN;
      reading.diskWriteBytes += io?.writeBytes ?? Number.NaN;
    }
    if (!this.#members.has(this.#rootPid)) return 'ended';
    reading.processes = this.#members.size;
    // What a newcomer did before it was seen is no rate of now.
    return joined ? { ...reading, cpuSeconds: Number.NaN, diskReadBytes: Number.NaN, diskWriteBytes: Number.NaN } : reading;
  }

  close(): void {
    for (const pid of this.#members.keys()) this.#forget(pid);
  }

  /** True when the tree has new members. */
  #look(): boolean {
    const parents = new Map<number, number>();
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (Number.isNaN(pid)) continue;
      const parent = this.#parents.get(pid) ?? this.#parentOf(pid);
      if (parent !== null) parents.set(pid, parent);
    }
    this.#parents = parents;
    let joined = false;
    for (const pid of parents.keys()) {
      if (!this.#members.has(pid) && this.#descends(pid) && this.#join(pid)) joined = true;
    }
    return joined;
  }

  #parentOf(pid: number): number | null {
    const file = this.#files.open(`/proc/${pid}/stat`);
    if (file === null) return null;
    const times = readProcessTimes(this.#files, file);
    file.close();
    return times?.parentPid ?? null;
  }

  #descends(pid: number): boolean {
    let at: number | undefined = pid;
    for (let depth = 0; at !== undefined && depth < 64; depth++) {
      if (at === this.#rootPid) return true;
      at = this.#parents.get(at);
    }
    return false;
  }

  #join(pid: number): boolean {
    const stat = this.#files.open(`/proc/${pid}/stat`);
    const status = this.#files.open(`/proc/${pid}/status`);
    if (stat === null || status === null) {
      stat?.close();
      status?.close();
      return false;
    }
    this.#members.set(pid, { stat, status, io: this.#files.open(`/proc/${pid}/io`) });
    return true;
  }

  #forget(pid: number): void {
    const member = this.#members.get(pid);
    this.#members.delete(pid);
    for (const file of [member?.stat, member?.status, member?.io]) file?.close();
  }
}
