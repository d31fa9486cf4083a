import type { Capabilities, IdRange, SecurityState } from '../contract/index.ts';

/** By their numbers. https://man7.org/linux/man-pages/man7/capabilities.7.html, include/uapi/linux/capability.h */
const CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
] as const;

export type ProcessStatus = ReadonlyMap<string, string>;

/** `/proc/PID/status`: the first line of a name counts, and a name that a process has given itself cannot make another line. */
export function parseStatus(text: string): ProcessStatus {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    if (colon > 0 && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

/** The names of a set of capabilities; one that is newer than this list goes by its number. */
export function decodeCapabilities(hex: string): string[] {
  if (!/^[0-9a-f]+$/i.test(hex)) return [];
  const bits = BigInt(`0x${hex}`);
  return Array.from({ length: hex.length * 4 }, (_, bit) => bit)
    .filter((bit) => (bits >> BigInt(bit)) & 1n)
    .map((bit) => CAPABILITIES[bit] ?? `capability ${bit}`);
}

/** @param lastCapability the highest that the kernel knows, `/proc/sys/kernel/cap_last_cap`; null where it cannot be read */
export function capabilitiesOf(status: ProcessStatus, lastCapability: number | null): Capabilities {
  const set = (name: string) => decodeCapabilities(status.get(name) ?? '');
  const bounding = set('CapBnd');
  const known = CAPABILITIES.slice(0, (lastCapability ?? CAPABILITIES.length - 1) + 1);
  return {
    effective: set('CapEff'),
    permitted: set('CapPrm'),
    inheritable: set('CapInh'),
    bounding,
    ambient: set('CapAmb'),
    dropped: known.filter((name) => !bounding.includes(name)),
  };
}

const SECCOMP = ['off', 'strict', 'filter'] as const;

/** @param label `/proc/PID/attr/current`; null where the kernel has no such module */
export function securityOf(status: ProcessStatus, label: string | null): SecurityState {
  const filters = status.get('Seccomp_filters');
  const noNewPrivileges = status.get('NoNewPrivs');
  return {
    seccomp: SECCOMP[Number(status.get('Seccomp') ?? Number.NaN)] ?? null,
    seccompFilters: filters === undefined ? null : Number(filters),
    noNewPrivileges: noNewPrivileges === undefined ? null : noNewPrivileges === '1',
    label: label?.replace(/[\0\s]+$/, '') || null,
  };
}

/** `NSpid`: its number in every PID namespace from the reader's down to its own. Null on kernels before 4.1. */
export function innerPid(status: ProcessStatus): number | null {
  const last = status.get('NSpid')?.split(/\s+/).at(-1);
  return last === undefined || last === '' ? null : Number(last);
}

/** `/proc/PID/uid_map` and `gid_map`: three numbers a line. */
export function parseIdMap(text: string): IdRange[] {
  return text.split('\n').flatMap((line) => {
    const [inside, outside, count, ...rest] = line.trim().split(/\s+/).map(Number);
    if (inside === undefined || outside === undefined || count === undefined || rest.length > 0 || Number.isNaN(inside + outside + count))
      return [];
    return [{ inside, outside, count }];
  });
}

/** What `readlink` says of namespaces: one line each, `pid:[4026531836]`. */
export function parseNamespaces(text: string): Map<string, string> {
  return new Map([...text.matchAll(/^(\w+):\[(\d+)\]$/gm)].map(([, kind = '', id = '']) => [kind, id]));
}
