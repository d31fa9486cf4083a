import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { AppError, messageOf } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { decodeLz4Legacy } from './lz4.ts';

const BOOT_MAGIC = 0x53726448; // "HdrS"
const ELF_MAGIC = 0x464c457f;

/**
 * The vmlinux inside a bzImage. QEMU starts it by its PVH entry, which leaves out the real-mode start and the unpacking
 * in the guest (0.2–0.45 s under emulation). Offsets: https://docs.kernel.org/arch/x86/boot.html
 *
 * @param path for the error only
 * @throws AppError `kernelUnreadable`
 */
export async function unpackKernel(host: Host, kernel: { path: string; image: Buffer }, signal: AbortSignal): Promise<Buffer> {
  const { image, path } = kernel;
  try {
    if (image.length > 4 && image.readUInt32LE(0) === ELF_MAGIC) return image;
    if (image.length < 0x250 || image.readUInt32LE(0x202) !== BOOT_MAGIC) throw new RangeError('it is no bzImage');
    // Older kernels say 0 and mean 4 sectors of set-up code.
    const setupSectors = (image[0x1f1] ?? 0) || 4;
    const start = (setupSectors + 1) * 512 + image.readUInt32LE(0x248);
    const payload = image.subarray(start, start + image.readUInt32LE(0x24c));
    const vmlinux = await decompress(host, payload, signal);
    if (vmlinux.length < 4 || vmlinux.readUInt32LE(0) !== ELF_MAGIC) throw new RangeError('what is packed in it is no ELF program');
    return vmlinux;
  } catch (error) {
    if (signal.aborted || (error instanceof AppError && error.reason !== 'commandFailed')) throw error;
    throw new AppError('kernelUnreadable', { path, message: messageOf(error) }, { cause: error });
  }
}

/**
 * By its magic number: LZ4, gzip, Zstandard, xz, or not compressed. The kernel build puts the unpacked size, four bytes,
 * behind what it packed: gzip and Zstandard must not see it.
 */
async function decompress(host: Host, payload: Buffer, signal: AbortSignal): Promise<Buffer> {
  const magic = payload.length > 8 ? payload.readUInt32BE(0) : 0;
  if (magic === 0x02214c18) return decodeLz4Legacy(payload);
  if (magic >>> 16 === 0x1f8b) return await promisify(gunzip)(payload);
  if (magic === 0x28b52ffd) return await promisify(zstdDecompress)(payload.subarray(0, -4));
  if (magic === 0xfd377a58) return await xz(host, payload.subarray(0, -4), signal);
  if (magic === 0x7f454c46) return payload;
  throw new RangeError(`its compression (${magic.toString(16)}) is not known`);
}

/** Node has no xz; the command is on every machine that has packages. */
async function xz(host: Host, input: Buffer, signal: AbortSignal): Promise<Buffer> {
  const result = await host.exec(['xz', '--decompress', '--stdout'], { input, maxBytes: 256 * 1024 * 1024 }, signal);
  if (result.exitCode !== 0)
    throw new AppError('commandFailed', { command: 'xz', exitCode: result.exitCode, message: result.stderr.trim() });
  return result.stdout;
}

/** A module as the kernel can load it: distributions pack them (`.ko.xz`, `.ko.zst`, `.ko.gz`). */
export async function unpackModule(host: Host, file: { name: string; content: Buffer }, signal: AbortSignal): Promise<Buffer> {
  if (file.name.endsWith('.xz')) return await xz(host, file.content, signal);
  if (file.name.endsWith('.zst')) return await promisify(zstdDecompress)(file.content);
  if (file.name.endsWith('.gz')) return await promisify(gunzip)(file.content);
  return file.content;
}
