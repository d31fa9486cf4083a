import { parseDiskstats } from './disk-counters.ts';
import type { FileSource, SourceFile } from './files.ts';
import { parseNetDev } from './net-dev.ts';
import type { Probe } from './probe.ts';
import { emptyReading, type Reading } from './reading.ts';
import { fieldAt, integerAfter, integerAt } from './scan.ts';

const TICKS_PER_SECOND = 100;

const MEMORY_KEYS = {
  total: Buffer.from('MemTotal:'),
  available: Buffer.from('\nMemAvailable:'),
  buffers: Buffer.from('\nBuffers:'),
  cached: Buffer.from('\nCached:'),
  shared: Buffer.from('\nShmem:'),
} as const;

/** Which disks and interfaces are hardware; names come and go with what is plugged in. */
export interface Hardware {
  disks: ReadonlySet<string>;
  interfaces: ReadonlySet<string>;
}

/** The whole computer. */
export class HostProbe implements Probe {
  readonly #files: FileSource;
  readonly #stat: SourceFile | null;
  readonly #meminfo: SourceFile | null;
  readonly #diskstats: SourceFile | null;
  readonly #net: SourceFile | null;
  readonly #hardware: Hardware;

  constructor(files: FileSource, hardware: Hardware) {
    this.#files = files;
    this.#hardware = hardware;
    this.#stat = files.open('/proc/stat');
    this.#meminfo = files.open('/proc/meminfo');
    // Without a disk or an interface that counts there is nothing to measure, which is not the same as nothing done.
    this.#diskstats = hardware.disks.size === 0 ? null : files.open('/proc/diskstats');
    this.#net = hardware.interfaces.size === 0 ? null : files.open('/proc/net/dev');
  }

  read(): Reading {
    const reading = emptyReading(this.#files.nowMs());
    reading.processes = this.#files.countProcesses();
    this.#each(this.#stat, (bytes, end) => {
      reading.cpuSeconds = busySeconds(bytes, end);
    });
    this.#each(this.#meminfo, (bytes, end) => {
      const kib = (key: keyof typeof MEMORY_KEYS) => integerAfter(bytes, end, MEMORY_KEYS[key]);
      reading.memoryBytes = (kib('total') - kib('available')) * 1024;
      reading.cacheBytes = (kib('buffers') + kib('cached') - kib('shared')) * 1024;
    });
    this.#each(this.#diskstats, (bytes, end) => {
      const disk = parseDiskstats(bytes, end, this.#hardware.disks);
      reading.diskReadBytes = disk.readBytes;
      reading.diskWriteBytes = disk.writeBytes;
    });
    this.#each(this.#net, (bytes, end) => {
      const traffic = parseNetDev(bytes, end, this.#hardware.interfaces);
      reading.netReceiveBytes = traffic.receivedBytes;
      reading.netSendBytes = traffic.sentBytes;
    });
    return reading;
  }

  close(): void {
    for (const file of [this.#stat, this.#meminfo, this.#diskstats, this.#net]) file?.close();
  }

  #each(file: SourceFile | null, parse: (bytes: Buffer, end: number) => void): void {
    const end = file?.read() ?? -1;
    if (end > 0) parse(this.#files.bytes, end);
  }
}

/** user, nice, system, irq and softirq of all processors; idle, waiting for disks, and stolen by a hypervisor are not work. */
function busySeconds(bytes: Buffer, end: number): number {
  const fields = [1, 2, 3, 6, 7].map((index) => integerAt(bytes, fieldAt(bytes, 0, end, index), end));
  return fields.reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND;
}
