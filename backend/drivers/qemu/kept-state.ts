import { posix } from 'node:path';
import type { Host } from '../../hosts/host.ts';
import { copyFile, unfinished } from './disk-images/files.ts';
import type { VmFiles } from './vm-files.ts';

/**
 * What a machine keeps beside its disks, each in one file: a UEFI's variables, and what a TPM never forgets (its keys; what it knows of
 * this very run is in the machine's memory). A disk that is locked with a key of its TPM is of no use without it.
 */
export const KEPT = ['firmwareVariables', 'tpmState'] as const;
type Kept = (typeof KEPT)[number];

/** Null: there was none. A name is one of the machine's folder. Of a TPM older records say nothing. */
export type KeptFiles = { readonly [One in Kept]?: string | null | undefined };

const EXTENSION: Record<Kept, string> = { firmwareVariables: 'fd', tpmState: 'tpm' };

/** What there is now. */
export async function stateOf(host: Host, files: VmFiles, signal: AbortSignal): Promise<Record<Kept, string | null>> {
  const nameOf = async (kept: Kept) => ((await host.stat(files[kept], signal)) === null ? null : posix.relative(files.folder, files[kept]));
  return { firmwareVariables: await nameOf('firmwareVariables'), tpmState: await nameOf('tpmState') };
}

/** Copies of what there is now. A program that writes one of them meanwhile puts it in place whole, or is not running. */
export async function keepState(
  host: Host,
  { files, mark }: { files: VmFiles; mark: string },
  signal: AbortSignal,
): Promise<Record<Kept, string | null>> {
  const names = await stateOf(host, files, signal);
  for (const kept of KEPT) {
    if (names[kept] === null) continue;
    names[kept] = `snap-state-${mark}.${EXTENSION[kept]}`;
    await copyFile(host, { from: files[kept], to: posix.join(files.folder, names[kept]) }, signal);
  }
  return names;
}

/** What the machine has at its next start is what was kept in that folder, its own or another's. It does not run. */
export async function bringStateBack(
  host: Host,
  { kept, from, to }: { kept: KeptFiles; from: string; to: VmFiles },
  signal: AbortSignal,
): Promise<void> {
  await host.makeFolder(to.tpmFolder, signal);
  for (const one of KEPT) {
    const name = kept[one];
    if (name === null) await host.remove(to[one], signal);
    if (name == null) continue;
    await using copy = unfinished(host, to[one]);
    await copyFile(host, { from: posix.join(from, name), to: copy.path }, signal);
    await copy.become(to[one]);
  }
}

export function keptNames(kept: KeptFiles): string[] {
  return KEPT.flatMap((one) => kept[one] ?? []);
}
