import { posix } from 'node:path';
import type { VmDisk } from '../../contract/index.ts';

/** Every name on disk of one virtual machine. Sockets stand in a short folder of their own: their paths hold 107 bytes. */
export interface VmFiles {
  folder: string;
  definition: string;
  /** Base initramfs and the machine's configuration, written at every start. */
  initrd: string;
  /** The guest kernel's console of the last run; of a system, all that it wrote to its first serial port, of all runs. */
  bootLog: string;
  /** What the workload wrote, of all runs, in the CRI log format. */
  outputLog: string;
  /** What the guest and we said of the last run, JSON lines. */
  events: string;
  /** What the start of the last run took. */
  timing: string;
  /** QEMU's own words, of the last run. */
  qemuLog: string;
  runFolder: string;
  /** What the run that is on was started with, and what was changed since. */
  make: string;
  pid: string;
  qmp: string;
  agent: string;
  /** A workload's shell, or a system's first serial port. */
  console: string;
  /** What a BIOS says of its work, of the last run. */
  firmwareLog: string;
  /** What a UEFI firmware keeps: boot entries and the like. */
  firmwareVariables: string;
  /** The disc that cloud-init reads, written at every start. */
  seed: string;
  tpmFolder: string;
  /** What a TPM keeps; swtpm says the name. */
  tpmState: string;
  tpm: string;
  vnc: string;
  /** Where QEMU's guest agent answers, when a system has one. */
  guestAgent: string;
}

export function vmFiles(at: { vmsDir: string; runDir: string }, id: string): VmFiles {
  const folder = posix.join(at.vmsDir, id);
  const runFolder = posix.join(at.runDir, id);
  return {
    folder,
    definition: posix.join(folder, 'vm.json'),
    initrd: posix.join(folder, 'initrd'),
    bootLog: posix.join(folder, 'boot.log'),
    outputLog: posix.join(folder, 'output.log'),
    events: posix.join(folder, 'events.jsonl'),
    timing: posix.join(folder, 'timing.json'),
    qemuLog: posix.join(folder, 'qemu.log'),
    runFolder,
    make: posix.join(runFolder, 'make.json'),
    pid: posix.join(runFolder, 'pid'),
    qmp: posix.join(runFolder, 'qmp'),
    agent: posix.join(runFolder, 'agent'),
    console: posix.join(runFolder, 'console'),
    firmwareLog: posix.join(folder, 'firmware.log'),
    firmwareVariables: posix.join(folder, 'uefi-vars.fd'),
    seed: posix.join(folder, 'seed.iso'),
    tpmFolder: posix.join(folder, 'tpm'),
    tpmState: posix.join(folder, 'tpm', 'tpm2-00.permall'),
    tpm: posix.join(runFolder, 'tpm'),
    vnc: posix.join(runFolder, 'vnc'),
    guestAgent: posix.join(runFolder, 'qga'),
  };
}

export function diskPath(files: VmFiles, disk: Pick<VmDisk, 'file'>): string {
  return posix.join(files.folder, disk.file);
}

/** Where a system's serial port answers, and where all is kept that the guest said on it in all runs. The first is its console. */
export function serialFiles(files: VmFiles, index: number): { socket: string; log: string } {
  if (index === 0) return { socket: files.console, log: files.bootLog };
  return { socket: posix.join(files.runFolder, `serial${index}`), log: posix.join(files.folder, `serial${index}.log`) };
}

/** Of a shared folder's virtiofsd. */
export function folderSocket(files: VmFiles, index: number): string {
  return posix.join(files.runFolder, `folder${index}`);
}
