import type { Architecture, VmHardware } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';

/** UEFI: its program, and the machine's own copy of what it keeps. A BIOS keeps nothing. */
export interface FirmwareFiles {
  code: string;
  variables: string | null;
}

/**
 * SeaBIOS for machines without PCI, where Debian and Fedora keep it: QEMU takes `bios-microvm.bin` by itself, and Debian has put qboot
 * under that name, which knows no disks.
 */
const MICROVM_BIOS = '/usr/share/seabios/bios-microvm.bin';

/** Where distributions put it: Debian and Ubuntu, Fedora, Arch. */
const PLACES: Record<Architecture, { code: string; variables: string }[]> = {
  x86_64: [
    { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.fd' },
    { code: '/usr/share/OVMF/OVMF_CODE.fd', variables: '/usr/share/OVMF/OVMF_VARS.fd' },
    { code: '/usr/share/edk2/ovmf/OVMF_CODE.fd', variables: '/usr/share/edk2/ovmf/OVMF_VARS.fd' },
    { code: '/usr/share/edk2/x64/OVMF_CODE.4m.fd', variables: '/usr/share/edk2/x64/OVMF_VARS.4m.fd' },
  ],
  aarch64: [
    { code: '/usr/share/AAVMF/AAVMF_CODE.fd', variables: '/usr/share/AAVMF/AAVMF_VARS.fd' },
    { code: '/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw', variables: '/usr/share/edk2/aarch64/vars-template-pflash.raw' },
    { code: '/usr/share/edk2/aarch64/QEMU_CODE.fd', variables: '/usr/share/edk2/aarch64/QEMU_VARS.fd' },
  ],
};

/** The UEFI firmware that is installed on the host; null when there is none. */
export async function findFirmware(
  host: Host,
  architecture: Architecture,
  signal: AbortSignal,
): Promise<{ code: string; variables: string } | null> {
  for (const place of PLACES[architecture]) {
    if ((await host.stat(place.code, signal)) !== null && (await host.stat(place.variables, signal)) !== null) return place;
  }
  return null;
}

/** Null: QEMU's own choice. */
async function microvmBios(host: Host, signal: AbortSignal): Promise<FirmwareFiles | null> {
  return (await host.stat(MICROVM_BIOS, signal)) === null ? null : { code: MICROVM_BIOS, variables: null };
}

/** Null: the BIOS that QEMU brings. UEFI's variables are made at a machine's first start, and kept. @throws AppError `firmwareMissing` */
export async function prepareFirmware(
  host: Host,
  of: Pick<VmHardware, 'architecture' | 'machine' | 'firmware'> & { variables: string },
  signal: AbortSignal,
): Promise<FirmwareFiles | null> {
  if (of.firmware === 'bios') return of.machine === 'microvm' ? await microvmBios(host, signal) : null;
  const found = await findFirmware(host, of.architecture, signal);
  if (found === null) {
    throw new AppError('firmwareMissing', { package: of.architecture === 'x86_64' ? 'ovmf' : 'qemu-efi-aarch64' });
  }
  if ((await host.stat(of.variables, signal)) === null) {
    await host.writeFile(of.variables, await host.readFile(found.variables, signal), {}, signal);
  }
  return { code: found.code, variables: of.variables };
}
