import type { Host } from '../../hosts/host.ts';
import type { System } from './definition.ts';
import type { VmFiles } from './vm-files.ts';

/** SeaBIOS on its debug port; UEFI on the first serial port (and on the screen), where it has a shell of its own as its last resort. */
const FOUND_NOTHING = /No bootable device\.|BdsDxe: No bootable option or device was found|UEFI Interactive Shell v/;
const BEGINS = /SeaBIOS \(version |BdsDxe: (loading|starting) Boot/;
/** A line that goes on for longer is none of a firmware's. */
const MOST_LINE = 4096;
/** Of a machine that ran before we came: enough for what a firmware says at its end. */
const LAST_WORDS_BYTES = 16 * 1024;

/** SeaBIOS says on a port of its own how its search for something to boot goes; a file takes it, anew at every start. */
export function firmwareLogArguments({ hardware }: System, path: string): string[] {
  if (!saysOnDebugPort({ hardware })) return [];
  return ['-chardev', `file,id=firmware,path=${path}`, '-device', 'isa-debugcon,iobase=0x402,chardev=firmware'];
}

function saysOnDebugPort({ hardware }: Pick<System, 'hardware'>): boolean {
  return hardware.architecture === 'x86_64' && hardware.firmware === 'bios';
}

/** Follows the firmware's words for as long as the machine runs. @param of.isNew it has just been started: what is there already is of another run */
export async function watchBoot(
  of: { host: Host; files: VmFiles; guest: System; isNew: boolean; onChange: (foundNothing: boolean) => void },
  signal: AbortSignal,
): Promise<void> {
  const { host, files, guest, isNew } = of;
  const path = saysOnDebugPort(guest) ? files.firmwareLog : files.bootLog;
  const size = (await host.stat(path, signal))?.sizeBytes ?? 0;
  const lines = new BootJudge();
  const from = saysOnDebugPort(guest) ? 0 : isNew ? size : Math.max(0, size - LAST_WORDS_BYTES);
  for await (const chunk of host.follow(path, from, signal)) of.onChange(lines.push(chunk));
}

/** Whether what was said so far ends with having found nothing to boot. */
export class BootJudge {
  readonly #decoder = new TextDecoder();
  #rest = '';
  #foundNothing = false;

  push(chunk: Uint8Array): boolean {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    // The last line may be all there will ever be: firmware waits behind it for a key.
    for (const line of lines) {
      if (BEGINS.test(line)) this.#foundNothing = false;
      if (FOUND_NOTHING.test(line)) this.#foundNothing = true;
    }
    this.#rest = (lines.at(-1) ?? '').slice(-MOST_LINE);
    return this.#foundNothing;
  }
}
