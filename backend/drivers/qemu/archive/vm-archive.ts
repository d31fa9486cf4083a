import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { VmDisk } from '../../../contract/index.ts';
import { AppError, type Clock } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import type { CopyProgress } from '../../copies.ts';
import { copiedDisk } from '../copies/copied-definition.ts';
import { copyDisks } from '../copies/disk-copies.ts';
import { type Definition, parseDefinition } from '../definition.ts';
import { checkImage } from '../disk-images/index.ts';
import type { Vm } from '../vm.ts';
import { diskPath } from '../vm-files.ts';
import { type ArchiveFile, readArchive, writeArchive } from './archive-tar.ts';
import { parseQcow2Header, QCOW2_HEADER_BYTES } from './qcow2-header.ts';

/** Raised when an older Catamaran could not read what is written. */
const ARCHIVE_VERSION = 2;
/** The first entry of an archive; then come the disks, in the definition's order, as `<id>.qcow2`, and what a UEFI and a TPM keep (since version 2). */
const MACHINE_FILE = 'machine.json';
const STATE_FILES = [
  { kept: 'firmwareVariables', name: 'uefi-vars.fd', limitBytes: 128 * 1024 * 1024 },
  { kept: 'tpmState', name: 'tpm.state', limitBytes: 1024 * 1024 },
] as const;
const MACHINE_LIMIT_BYTES = 4 * 1024 * 1024;

const machineFile = z.object({ format: z.literal('catamaran-vm'), version: z.int(), exportedAtMs: z.number(), machine: z.unknown() });

/** @param of.folder for what is needed on the way: the disks, once more and compressed */
export async function* writeVmArchive(
  of: { host: Host; clock: Clock; vm: Vm; folder: string; onProgress: CopyProgress },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  yield* writeArchive(files(of, signal));
}

async function* files(
  of: { host: Host; clock: Clock; vm: Vm; folder: string; onProgress: CopyProgress },
  signal: AbortSignal,
): AsyncGenerator<ArchiveFile, void> {
  const { host, clock, vm, folder } = of;
  const machine = {
    ...vm.definition,
    twinId: null,
    autostart: false,
    snapshotId: null,
    saved: null,
    disks: vm.definition.disks.map(copiedDisk),
    problem: null,
  };
  const header = { format: 'catamaran-vm', version: ARCHIVE_VERSION, exportedAtMs: clock.now(), machine };
  // At once, so that whoever waits for the archive sees that it comes.
  yield fileOf(MACHINE_FILE, Buffer.from(`${JSON.stringify(header, null, 2)}\n`));
  const copies = vm.definition.disks.map((disk) => ({ disk, path: posix.join(folder, copiedDisk(disk).file) }));
  await copyDisks({ ...of, copies, compressed: true }, signal);
  for (const { disk, path } of copies) {
    const sizeBytes = (await host.stat(path, signal))?.sizeBytes ?? 0;
    yield { name: copiedDisk(disk).file, sizeBytes, bytes: readFile(host, path, signal) };
    await host.remove(path, signal);
  }
  for (const { kept, name } of STATE_FILES) {
    if ((await host.stat(vm.files[kept], signal)) !== null) yield fileOf(name, await host.readFile(vm.files[kept], signal));
  }
}

function fileOf(name: string, content: Buffer): ArchiveFile {
  return { name, sizeBytes: content.length, bytes: Readable.from([content]) };
}

/** Hosts read small files whole; this one may be of any size. */
async function* readFile(host: Host, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  await using process = await host.spawn(['cat', '--', path], {}, signal);
  process.stdin.end();
  yield* process.stdout as AsyncIterable<Buffer>;
  const exitCode = await process.exited;
  if (exitCode !== 0) throw new AppError('commandFailed', { command: 'cat', exitCode, message: path });
}

/**
 * Gives the machine that `start` makes what the archive holds. It may be used only when this has returned.
 * @throws AppError `vmArchiveInvalid`, `vmArchiveVersion`, `vmArchiveDamaged`, `vmArchiveHostile`, `definitionInvalid`, `noSpace`
 */
export async function readVmArchive(
  of: { host: Host; bytes: AsyncIterable<Uint8Array>; start: (definition: Definition) => Promise<Vm> },
  signal: AbortSignal,
): Promise<Vm> {
  const { host } = of;
  const begun: { vm: Vm | null; expected: VmDisk[] } = { vm: null, expected: [] };
  await readArchive(of.bytes, async (file) => {
    const { vm, expected } = begun;
    const state = expected.length > 0 ? undefined : STATE_FILES.find(({ name }) => name === file.name);
    if (vm === null) {
      const definition = await readMachine(file);
      Object.assign(begun, { vm: await of.start(definition), expected: [...definition.disks] });
    } else if (state !== undefined) {
      if (file.sizeBytes > state.limitBytes) throw invalid(`${file.name} is too large`);
      const path = vm.files[state.kept];
      await host.makeFolder(posix.dirname(path), signal);
      await writeFile(host, { path, file }, signal);
    } else {
      const disk = expected.shift();
      if (disk === undefined || file.name !== disk.file) throw invalid(`${file.name} is not what should be there`);
      await takeDisk(host, { vm, disk, file }, signal);
    }
  });
  if (begun.vm === null) throw invalid(`${MACHINE_FILE} is missing`);
  if (begun.expected[0] !== undefined) throw invalid(`${begun.expected[0].file} is missing`);
  return begun.vm;
}

async function readMachine({ name, sizeBytes, bytes }: ArchiveFile): Promise<Definition> {
  if (name !== MACHINE_FILE || sizeBytes > MACHINE_LIMIT_BYTES) throw invalid(`it does not begin with ${MACHINE_FILE}`);
  let json: unknown;
  try {
    json = JSON.parse(await text(bytes));
  } catch {
    throw invalid(`${MACHINE_FILE} is not JSON`);
  }
  const header = machineFile.safeParse(json);
  if (!header.success) throw invalid(`${MACHINE_FILE} is of something else`);
  const { version, machine } = header.data;
  if (version < 1 || version > ARCHIVE_VERSION) throw new AppError('vmArchiveVersion', { version, known: ARCHIVE_VERSION });
  const definition = parseDefinition(MACHINE_FILE, JSON.stringify(machine));
  const disks = definition.disks.map(copiedDisk);
  if (disks.length === 0) throw invalid('it holds no disk');
  if (new Set(disks.map(({ id }) => id)).size < disks.length) throw invalid('two of its disks have one name');
  return { ...definition, disks };
}

/** Judged before QEMU opens it. */
async function takeDisk(host: Host, of: { vm: Vm; disk: VmDisk; file: ArchiveFile }, signal: AbortSignal): Promise<void> {
  const { vm, disk, file } = of;
  const path = diskPath(vm.files, disk);
  const head = await writeFile(host, { path, file }, signal);
  const header = parseQcow2Header(head);
  if (header === null || header.isEncrypted || header.isCorrupt) throw invalid(`${file.name} is no qcow2 disk that can be used`);
  if (header.hasBackingFile || header.hasDataFile) throw new AppError('vmArchiveHostile', { file: file.name });
  if (header.sizeBytes !== disk.sizeBytes) throw invalid(`${file.name} is not of the size that ${MACHINE_FILE} names`);
  const { corruptions, errors } = await checkImage(host, { path, format: 'qcow2' }, signal);
  if (corruptions + errors > 0) throw invalid(`${file.name} is damaged`);
  await vm.save({ ...vm.definition, disks: [...vm.definition.disks, disk] }, signal);
}

/** Returns its first bytes. A host writes small files only; `dd` takes any number of bytes without holding them. */
async function writeFile(host: Host, { path, file }: { path: string; file: ArchiveFile }, signal: AbortSignal): Promise<Uint8Array> {
  let head = Buffer.alloc(0);
  const input = (async function* () {
    for await (const chunk of file.bytes) {
      if (head.length < QCOW2_HEADER_BYTES) head = Buffer.concat([head, chunk.subarray(0, QCOW2_HEADER_BYTES)]);
      yield chunk;
    }
  })();
  const { exitCode, stderr } = await host.exec(['dd', `of=${path}`, 'bs=65536', 'status=none'], { input }, signal);
  if (exitCode !== 0) {
    if (/No space left/i.test(stderr)) {
      throw new AppError('noSpace', { path: posix.dirname(path), neededMiB: Math.ceil(file.sizeBytes / 2 ** 20) });
    }
    throw new AppError('commandFailed', { command: 'dd', exitCode, message: stderr.trim() });
  }
  return head;
}

function invalid(message: string): AppError {
  return new AppError('vmArchiveInvalid', { message });
}
