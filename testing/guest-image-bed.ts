import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { GuestImage } from '../backend/contract/index.ts';
import { type Clock, silentLogger, systemClock } from '../backend/core/index.ts';
import { createDownloads } from '../backend/downloads/index.ts';
import { type GuestImages, openGuestImages } from '../backend/guest-images/index.ts';
import { createLocalHost } from '../backend/hosts/local.ts';
import { createTasks, type Tasks } from '../backend/tasks/index.ts';
import { createTransfers, type Transfers } from '../backend/transfers/index.ts';
import { temporaryFolder } from './temporary.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;
/** Does not wait between attempts. */
const hasty: Clock = { ...systemClock, sleep: async (_ms, signal) => signal?.throwIfAborted() };

export const qemuImg = async (...args: string[]) => (await run('qemu-img', args)).stdout;

export interface TestLibrary extends AsyncDisposable {
  images: GuestImages;
  tasks: Tasks;
  transfers: Transfers;
}

/** The library of images as a run of the app opens it. */
export async function openLibrary(home: string): Promise<TestLibrary> {
  await using stack = new AsyncDisposableStack();
  const host = stack.use(createLocalHost({ logger: silentLogger }));
  const tasks = stack.use(createTasks({ clock: systemClock, logger: silentLogger }));
  const transfers = createTransfers({ clock: systemClock });
  const downloads = stack.use(createDownloads({ proxies: { http: null, https: null, noProxy: null }, clock: hasty }));
  const images = stack.use(
    await openGuestImages(
      {
        host,
        folder: join(home, 'guest-images'),
        catalogue: { folder: join(home, 'catalogue'), ownFile: join(home, 'catalogue.json') },
        machineFolders: [join(home, 'vms')],
        downloads,
        tasks,
        transfers,
        clock: systemClock,
        logger: silentLogger,
      },
      new AbortController().signal,
    ),
  );
  const owned = stack.move();
  return { images, tasks, transfers, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The first list that is as asked. */
export async function imagesUntil(images: GuestImages, isIt: (all: GuestImage[]) => boolean): Promise<GuestImage[]> {
  const end = new AbortController();
  try {
    for await (const all of images.watch(end.signal)) if (isIt(all)) return all;
  } finally {
    end.abort();
  }
  throw new Error('the list ended');
}

/** As a page sends a file. */
export async function* piecesOf(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 65536) yield content.subarray(at, at + 65536);
}

/** What the tests of one file share, and what each has for itself. */
export class GuestImageBed {
  /** `disk.raw`, a boot sector and something to recognise, and the same as `disk.qcow2`, `.vmdk`, `.vhdx` and `.vdi`. */
  sampleFolder = '';
  /** Ends with the test. */
  stack = new AsyncDisposableStack();
  home = '';
  #library: TestLibrary | null = null;

  get library(): TestLibrary {
    if (this.#library === null) throw new Error('only while a test runs');
    return this.#library;
  }

  sample(format: string): string {
    return join(this.sampleFolder, `disk.${format}`);
  }

  async open(): Promise<void> {
    this.stack = new AsyncDisposableStack();
    this.home = this.stack.use(await temporaryFolder()).path;
    await mkdir(join(this.home, 'catalogue'));
    this.#library = this.stack.use(await openLibrary(this.home));
  }

  /** As the next run of the app. */
  async reopen(): Promise<void> {
    await this.library[Symbol.asyncDispose]();
    this.#library = this.stack.use(await openLibrary(this.home));
  }

  /** The folders in the library. */
  async folders(): Promise<string[]> {
    return (await readdir(join(this.home, 'guest-images'))).sort();
  }

  /** Whether a guest would read of it what the samples hold. */
  async isSample(path: string | null, format = 'qcow2'): Promise<boolean> {
    const compared = qemuImg('compare', '-f', 'raw', '-F', format, this.sample('raw'), path ?? '');
    return await compared.then(
      () => true,
      (error: { code?: number }) => {
        if (error.code === 1) return false;
        throw error;
      },
    );
  }
}

/** Registers what opens and ends it with the tests of the file that calls this. */
export function guestImageBed(): GuestImageBed {
  const bed = new GuestImageBed();
  const samples = new AsyncDisposableStack();
  beforeAll(async () => {
    bed.sampleFolder = samples.use(await temporaryFolder()).path;
    const content = Buffer.concat([Buffer.alloc(510), Buffer.from([0x55, 0xaa]), randomBytes(3 * MIB)]);
    await writeFile(bed.sample('raw'), content);
    await truncate(bed.sample('raw'), 8 * MIB);
    for (const format of ['qcow2', 'vmdk', 'vhdx', 'vdi'])
      await qemuImg('convert', '-f', 'raw', '-O', format, bed.sample('raw'), bed.sample(format));
  });
  afterAll(() => samples.disposeAsync());
  beforeEach(() => bed.open());
  afterEach(() => bed.stack.disposeAsync());
  return bed;
}
