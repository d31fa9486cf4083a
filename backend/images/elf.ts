const PT_INTERP = 3;

/** `e_machine` (elf(5)) as OCI image configurations name it (GOARCH). */
const ARCHITECTURES: Record<number, string> = { 3: '386', 40: 'arm', 62: 'amd64', 183: 'arm64', 243: 'riscv64' };

/** What an ELF program needs to run; null when it is none, or one of an architecture that is not known. Little-endian only. */
export function readElf(file: Buffer): { architecture: string; isStatic: boolean } | null {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file[5] !== 1) return null;
  const architecture = ARCHITECTURES[file.readUInt16LE(0x12)];
  if (architecture === undefined) return null;
  const is64 = file[4] === 2;
  const offset = is64 ? Number(file.readBigUInt64LE(0x20)) : file.readUInt32LE(0x1c);
  const size = file.readUInt16LE(is64 ? 0x36 : 0x2a);
  const count = file.readUInt16LE(is64 ? 0x38 : 0x2c);
  if (size === 0 || offset + size * count > file.length) return null;
  const types = Array.from({ length: count }, (_, i) => file.readUInt32LE(offset + i * size));
  return { architecture, isStatic: !types.includes(PT_INTERP) };
}
