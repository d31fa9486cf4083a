import type { GuestInterface, GuestReport } from '../../../contract/index.ts';
import { ROOT_DISK } from '../definition.ts';
import { plainWords } from './guest-agent.ts';
import { emptyReport } from './report.ts';

/** What the init of a workload tells of its system: lines `<path>:<line>` (assets/guest/init/look.c). The image may have put anything there. */
export function readInitReport(text: string, readAtMs: number): GuestReport {
  const lines = text.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon < 0 ? [] : [{ path: line.slice(0, colon), rest: line.slice(colon + 1) }];
  });
  const of = (path: string) => lines.filter((line) => line.path === path).map(({ rest }) => rest);
  const first = (path: string) => {
    const [found] = of(path);
    return found === undefined ? null : plainWords(found);
  };
  const release = new Map(of('/etc/os-release').map((line) => [line.split('=', 1)[0] ?? '', unquoted(line.slice(line.indexOf('=') + 1))]));
  const [usedBytes = null, totalBytes = null] = numbers(first('root'));
  const [online, total] = numbers(first('cpus'));
  return {
    ...emptyReport('ready', readAtMs),
    source: 'init',
    system: {
      id: release.get('ID') ?? null,
      name: release.get('PRETTY_NAME') ?? null,
      kernelRelease: first('/proc/sys/kernel/osrelease'),
      architecture: 'x86_64',
    },
    hostName: first('/proc/sys/kernel/hostname'),
    interfaces: interfacesOf(of('/proc/net/dev'), of('address'), (name) => first(`/sys/class/net/${name}/address`)),
    filesystems:
      totalBytes === null ? [] : [{ device: '/dev/vda', mountPoint: '/', type: 'ext4', usedBytes, totalBytes, disks: [ROOT_DISK] }],
    cpus: online === undefined || total === undefined ? null : { online, total },
  };
}

function interfacesOf(devices: string[], addresses: string[], macOf: (name: string) => string | null): GuestInterface[] {
  const told = addresses.map((line) => line.split(' '));
  return devices.flatMap((row) => {
    const found = /^\s*([^\s:]+):\s*(.*)$/.exec(row);
    if (found === null) return [];
    const name = plainWords(found[1] ?? '');
    const counters = (found[2] ?? '').trim().split(/\s+/).map(Number);
    return {
      name,
      macAddress: macOf(name),
      addresses: told
        .filter(([of]) => of === name)
        .map(([, address = '', prefix]) => ({ address: plainWords(address), prefix: Math.trunc(Number(prefix)) || 0 })),
      receivedBytes: counted(counters[0]),
      sentBytes: counted(counters[8]),
    };
  });
}

function counted(value: number | undefined): number | null {
  return value !== undefined && Number.isSafeInteger(value) ? value : null;
}

function numbers(text: string | null): number[] {
  return text === null ? [] : text.split(' ').map(Number).filter(Number.isSafeInteger);
}

/** https://www.freedesktop.org/software/systemd/man/latest/os-release.html */
function unquoted(value: string): string {
  return plainWords(value.replace(/^(["'])(.*)\1$/, '$2'));
}
