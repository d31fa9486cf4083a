import {
  type Architecture,
  faultsOf,
  LEAST_VM_MEMORY_BYTES,
  type MachineType,
  MOST_VM_CPUS,
  type VmFault,
  type VmField,
  type VmHardware,
  type VmMake,
  type VmNetwork,
} from '../../../backend/contract/index.ts';
import type { MessageKey } from '../../i18n/index.ts';

const MIB = 1024 * 1024;
const LEAST_MEMORY_MIB = LEAST_VM_MEMORY_BYTES / MIB;
const MOST_MEMORY_MIB = 16 * 1024 * 1024;

export interface FolderRow {
  tag: string;
  path: string;
  writable: boolean;
}

/** What a machine is made of, as it is written; numbers are texts until they are read. */
export interface HardwareDraft {
  architecture: Architecture;
  machine: MachineType;
  firmware: VmHardware['firmware'];
  tpm: boolean;
  cpus: string;
  maximumCpus: string;
  sockets: string;
  cores: string;
  threads: string;
  /** As taskset takes it: `0,2-3`. */
  pinned: string;
  /** In MiB. */
  memory: string;
  cdrom: 'none' | 'empty' | 'disc';
  cdromPath: string;
  bootFrom: VmHardware['bootFrom'];
  network: VmNetwork['type'];
  bridge: string;
  tap: string;
  macAddress: string;
  linkUp: boolean;
  folders: FolderRow[];
  display: VmHardware['display'];
  serialPorts: number;
}

export const EMPTY_HARDWARE: HardwareDraft = {
  architecture: 'x86_64',
  machine: 'q35',
  firmware: 'bios',
  tpm: false,
  cpus: '2',
  maximumCpus: '',
  sockets: '',
  cores: '',
  threads: '',
  pinned: '',
  memory: '2048',
  cdrom: 'none',
  cdromPath: '',
  bootFrom: 'disk',
  network: 'user',
  bridge: '',
  tap: '',
  macAddress: '',
  linkUp: true,
  folders: [],
  display: 'virtio',
  serialPorts: 1,
};

export interface HardwareIssue {
  /** A field's name, with the number of its row where it has rows. */
  field: string;
  message: Extract<MessageKey, `newVm.issue.${string}`> | `vmMake.fault.${VmFault}`;
}

/** Where in the form each part of a machine is written. */
export const DRAFT_FIELD: Record<VmField, string> = {
  cpus: 'cpus',
  memoryBytes: 'memory',
  architecture: 'architecture',
  machine: 'machine',
  firmware: 'firmware',
  tpm: 'tpm',
  topology: 'topology',
  maximumCpus: 'maximumCpus',
  pinnedCpus: 'pinned',
  cdrom: 'cdrom',
  bootFrom: 'bootFrom',
  network: 'network',
  macAddress: 'macAddress',
  linkUp: 'linkUp',
  sharedFolders: 'folders',
  display: 'display',
  serialPorts: 'serialPorts',
};

/** What becomes of the rest when another machine is chosen: what a microvm lacks goes. */
export function machineChange(machine: MachineType): Partial<HardwareDraft> {
  if (machine !== 'microvm') return { machine };
  return { machine, firmware: 'bios', tpm: false, display: 'none', serialPorts: 1, maximumCpus: '' };
}

/** A machine as the form shows it; a workload’s hardware is nobody’s to write, and stays empty. */
export function hardwareDraftOf({ cpus, memoryBytes, hardware }: VmMake): HardwareDraft {
  const size = { cpus: String(cpus), memory: String(Math.round(memoryBytes / MIB)) };
  if (hardware === null) return { ...EMPTY_HARDWARE, ...size };
  const { topology, maximumCpus, pinnedCpus, cdrom, network, macAddress, sharedFolders, ...same } = hardware;
  const count = (value: number | undefined) => value?.toString() ?? '';
  return {
    ...same,
    ...size,
    maximumCpus: maximumCpus?.toString() ?? '',
    sockets: count(topology?.sockets),
    cores: count(topology?.cores),
    threads: count(topology?.threads),
    pinned: pinnedCpus === null ? '' : rangesOf(pinnedCpus),
    cdrom: cdrom === null ? 'none' : cdrom.path === null ? 'empty' : 'disc',
    cdromPath: cdrom?.path ?? '',
    network: network.type,
    bridge: network.type === 'bridge' ? network.bridge : '',
    tap: network.type === 'tap' ? network.device : '',
    macAddress: macAddress ?? '',
    folders: sharedFolders,
  };
}

/** The machine that a form says, and what keeps it from being one. */
export function readHardware(
  draft: HardwareDraft,
  of: { hostCpus: number },
): { make: VmMake & { hardware: VmHardware }; issues: HardwareIssue[] } {
  const issues: HardwareIssue[] = [];
  const issue: Issue = (field, message) => void issues.push({ field, message });
  const whole = (field: 'cpus' | 'maximumCpus' | 'memory', [least, most]: [number, number]): number | null => {
    const value = Number(draft[field]);
    if (/^\d+$/.test(draft[field].trim()) && value >= least && value <= most) return value;
    issue(field, 'newVm.issue.number');
    return null;
  };
  const cpus = whole('cpus', [1, MOST_VM_CPUS]) ?? 1;
  const memory = whole('memory', [LEAST_MEMORY_MIB, MOST_MEMORY_MIB]) ?? LEAST_MEMORY_MIB;
  const { architecture, machine, firmware, tpm, bootFrom, linkUp, display, serialPorts } = draft;
  const make = {
    cpus,
    memoryBytes: memory * MIB,
    hardware: {
      architecture,
      machine,
      firmware,
      tpm,
      topology: readTopology(draft, issue),
      maximumCpus: draft.maximumCpus.trim() === '' ? null : whole('maximumCpus', [1, MOST_VM_CPUS]),
      pinnedCpus: readPinned(draft.pinned, issue),
      cdrom: readCdrom(draft, issue),
      bootFrom,
      network: readNetwork(draft, issue),
      macAddress: readMac(draft.macAddress, issue),
      linkUp,
      sharedFolders: readFolders(draft.folders, issue),
      display,
      serialPorts,
    },
  };
  const unread = new Set(issues.map(({ field }) => field.split('.')[0]));
  for (const { field, fault } of faultsOf(make, of)) {
    // Of what could not be read there is no more to say.
    if (!unread.has(DRAFT_FIELD[field])) issues.push({ field: DRAFT_FIELD[field], message: `vmMake.fault.${fault}` });
  }
  return { make, issues };
}

type Issue = (field: string, message: HardwareIssue['message']) => void;

function readTopology(draft: HardwareDraft, issue: Issue): VmHardware['topology'] {
  const parts = [draft.sockets, draft.cores, draft.threads].map((text) => text.trim());
  if (parts.every((part) => part === '')) return null;
  const [sockets = 1, cores = 1, threads = 1] = parts.map((part) => (part === '' ? 1 : Number(part)));
  if ([sockets, cores, threads].every((part) => Number.isInteger(part) && part >= 1)) return { sockets, cores, threads };
  issue('topology', 'newVm.issue.number');
  return null;
}

function rangesOf(cpus: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const cpu of cpus) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] + 1 === cpu) last[1] = cpu;
    else ranges.push([cpu, cpu]);
  }
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}

function readPinned(text: string, issue: Issue): number[] | null {
  if (text.trim() === '') return null;
  const parts = text.split(',').map((part) => /^\s*(\d{1,4})(?:-(\d{1,4}))?\s*$/.exec(part));
  const cpus = parts.flatMap((part) => {
    const [first, last] = [Number(part?.[1]), Number(part?.[2] ?? part?.[1])];
    return part === null || last < first ? [] : Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
  if (!parts.includes(null) && cpus.length > 0) return [...new Set(cpus)];
  issue('pinned', 'newVm.issue.pinned');
  return null;
}

function readCdrom({ cdrom, cdromPath }: HardwareDraft, issue: Issue): VmHardware['cdrom'] {
  if (cdrom === 'none') return null;
  if (cdrom === 'empty') return { path: null };
  if (!cdromPath.startsWith('/')) issue('cdromPath', 'newVm.issue.path');
  return { path: cdromPath };
}

function readNetwork(draft: HardwareDraft, issue: Issue): VmNetwork {
  if (draft.network === 'bridge') {
    if (draft.bridge === '') issue('bridge', 'newVm.issue.device');
    return { type: 'bridge', bridge: draft.bridge };
  }
  if (draft.network !== 'tap') return { type: draft.network };
  if (draft.tap === '') issue('tap', 'newVm.issue.device');
  return { type: 'tap', device: draft.tap };
}

function readMac(text: string, issue: Issue): string | null {
  const mac = text.trim().toLowerCase();
  if (mac === '') return null;
  // The first byte's lowest bit says "many": no card has such an address.
  if (!/^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/.test(mac)) issue('macAddress', 'newVm.issue.mac');
  return mac;
}

function readFolders(rows: readonly FolderRow[], issue: Issue): VmHardware['sharedFolders'] {
  const tags = rows.map(({ tag }) => tag);
  for (const [index, { tag, path }] of rows.entries()) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,30}$/.test(tag) || tags.indexOf(tag) !== index) issue(`folders.${index}`, 'newVm.issue.tag');
    else if (!path.startsWith('/')) issue(`folders.${index}`, 'newVm.issue.path');
  }
  return [...rows];
}
