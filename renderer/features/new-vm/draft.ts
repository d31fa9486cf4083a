import {
  type Architecture,
  type CatalogueImage,
  type CreateVmRequest,
  createVmRequest,
  type EngineId,
  type GuestImage,
  LEAST_VM_MEMORY_BYTES,
  MOST_SATA_DISKS,
  minimumBytesOf,
  type NewVmDisk,
  type PortForward,
  type VmHardware,
  type VmNetwork,
  vmName,
} from '../../../backend/contract/index.ts';
import type { MessageKey } from '../../i18n/index.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
/** Room to work in beyond what an image brings. */
const ROOM_BYTES = 16 * GIB;

/** What a machine is made of. */
export type SourceKind = 'cloud' | 'file' | 'iso' | 'blank';

export interface DiskRow {
  /** In GiB. */
  size: string;
  bus: NewVmDisk['bus'];
}

export interface PortRow {
  hostAddress: string;
  hostPort: string;
  machinePort: string;
  protocol: PortForward['protocol'];
}

export interface FolderRow {
  tag: string;
  path: string;
  writable: boolean;
}

/** The form as it is written; numbers are texts until they are read. */
export interface VmDraft {
  source: SourceKind;
  /** An image of the library (`image:<id>`), or of the catalogue (`entry:<id>`). */
  cloudImage: string;
  /** A path on the app's computer: a disk's, or a disc's. */
  path: string;
  name: string;
  architecture: Architecture;
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
  disks: DiskRow[];
  cdrom: 'none' | 'empty' | 'disc';
  cdromPath: string;
  network: VmNetwork['type'];
  bridge: string;
  tap: string;
  macAddress: string;
  linkUp: boolean;
  ports: PortRow[];
  folders: FolderRow[];
  display: VmHardware['display'];
  serialPorts: number;
  cloudInit: boolean;
  userData: string;
  networkConfig: string | null;
  autostart: boolean;
}

export interface DraftIssue {
  /** A field's name, with the number of its row where it has rows. */
  field: string;
  message: Extract<MessageKey, `newVm.issue.${string}`>;
}

export const EMPTY_DRAFT: VmDraft = {
  source: 'cloud',
  cloudImage: '',
  path: '',
  name: '',
  architecture: 'x86_64',
  firmware: 'bios',
  tpm: false,
  cpus: '2',
  maximumCpus: '',
  sockets: '',
  cores: '',
  threads: '',
  pinned: '',
  memory: '2048',
  disks: [{ size: '20', bus: 'virtio' }],
  cdrom: 'none',
  cdromPath: '',
  network: 'user',
  bridge: '',
  tap: '',
  macAddress: '',
  linkUp: true,
  ports: [],
  folders: [],
  display: 'virtio',
  serialPorts: 1,
  cloudInit: true,
  userData: '',
  networkConfig: null,
  autostart: false,
};

export type CloudChoice = { type: 'image'; image: GuestImage } | { type: 'entry'; entry: CatalogueImage };

/** What fits another source; what the person wrote in other fields stays. */
export function withSource(draft: VmDraft, source: SourceKind): VmDraft {
  const disc = source === 'iso';
  return {
    ...draft,
    source,
    path: '',
    cdrom: disc ? 'disc' : 'none',
    cdromPath: '',
    cloudInit: source === 'cloud' || source === 'file',
    display: draft.display === 'none' ? 'virtio' : draft.display,
    disks: draft.disks.length === 0 ? EMPTY_DRAFT.disks : draft.disks,
  };
}

/** An image knows best what it needs. */
export function withCloudImage(draft: VmDraft, key: string, choice: CloudChoice): VmDraft {
  const known =
    choice.type === 'image'
      ? { ...choice.image, needs: choice.image, virtualBytes: choice.image.virtualBytes ?? 0 }
      : { ...choice.entry, needs: minimumBytesOf(choice.entry), virtualBytes: 0 };
  const architecture = known.architecture ?? draft.architecture;
  const memoryMiB = Math.max(2048, Math.ceil((known.needs.minimumMemoryBytes ?? 0) / MIB));
  const sizeGiB = Math.ceil(Math.max(ROOM_BYTES, (known.needs.minimumDiskBytes ?? 0) * 2, known.virtualBytes) / GIB);
  const [, ...others] = draft.disks;
  return {
    ...withArchitecture(draft, architecture),
    cloudImage: key,
    firmware: architecture === 'aarch64' ? 'uefi' : (known.firmware ?? 'bios'),
    memory: String(memoryMiB),
    disks: [{ size: String(sizeGiB), bus: 'virtio' }, ...others],
    cloudInit: known.cloudInit !== false,
  };
}

export function withArchitecture(draft: VmDraft, architecture: Architecture): VmDraft {
  if (architecture === 'x86_64') return { ...draft, architecture };
  return { ...draft, architecture, firmware: 'uefi', disks: draft.disks.map((disk) => ({ ...disk, bus: 'virtio' })) };
}

/** What a machine is called when nobody says: after its source, with a number when that is taken. */
export function nameFor(source: string, taken: ReadonlySet<string>): string {
  const base = source
    .toLowerCase()
    .replaceAll(/\.(qcow2|raw|img|vmdk|vhdx|vdi|iso)$/g, '')
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, 50);
  const first = base === '' ? 'vm' : base;
  for (let number = 1; ; number++) {
    const name = number === 1 ? first : `${first}-${number}`;
    if (!taken.has(name)) return name;
  }
}

export interface ReadDraft {
  request: Omit<CreateVmRequest, 'start'>;
  issues: DraftIssue[];
}

/** The request that a form says, and what keeps it from being one. */
export function readDraft(draft: VmDraft, of: { engineId: EngineId; name: string; taken: ReadonlySet<string> }): ReadDraft {
  const issues: DraftIssue[] = [];
  const issue = (field: string, message: DraftIssue['message']) => void issues.push({ field, message });
  const whole = (field: string, text: string, [least, most]: [number, number]): number => {
    const value = Number(text);
    if (/^\d+$/.test(text.trim()) && value >= least && value <= most) return value;
    issue(field, 'newVm.issue.number');
    return least;
  };
  if (!vmName.safeParse(of.name).success) issue('name', 'newVm.issue.name');
  else if (of.taken.has(of.name)) issue('name', 'newVm.issue.nameTaken');
  const cpus = whole('cpus', draft.cpus, [1, 64]);
  const request: ReadDraft['request'] = {
    engineId: of.engineId,
    name: of.name,
    cpus,
    memoryBytes: whole('memory', draft.memory, [LEAST_VM_MEMORY_BYTES / MIB, 16 * 1024 * 1024]) * MIB,
    hardware: {
      architecture: draft.architecture,
      machine: draft.architecture === 'aarch64' ? 'virt' : 'q35',
      firmware: draft.firmware,
      tpm: draft.tpm,
      ...readProcessors(draft, cpus, issue),
      pinnedCpus: readPinned(draft.pinned, issue),
      cdrom: readCdrom(draft, issue),
      bootFrom: draft.source === 'iso' ? 'cdrom' : 'disk',
      network: readNetwork(draft, issue),
      macAddress: readMac(draft.macAddress, issue),
      linkUp: draft.linkUp,
      sharedFolders: readFolders(draft.folders, issue),
      display: draft.display,
      serialPorts: draft.serialPorts,
    },
    ports: draft.network === 'user' ? readPorts(draft.ports, issue) : [],
    disks: readDisks(draft, issue),
    cloudInit: draft.cloudInit ? { userData: draft.userData, networkConfig: draft.networkConfig } : null,
    autostart: draft.autostart,
  };
  if (issues.length === 0 && !createVmRequest.omit({ start: true }).safeParse(request).success) issue('form', 'newVm.issue.form');
  return { request, issues };
}

type Issue = (field: string, message: DraftIssue['message']) => void;

function readProcessors(draft: VmDraft, cpus: number, issue: Issue): Pick<VmHardware, 'topology' | 'maximumCpus'> {
  const parts = [draft.sockets, draft.cores, draft.threads].map((text) => text.trim());
  const maximum = draft.maximumCpus.trim();
  const maximumCpus = maximum === '' ? null : Number(maximum);
  if (maximumCpus !== null && !(Number.isInteger(maximumCpus) && maximumCpus >= cpus && maximumCpus <= 64))
    issue('maximumCpus', 'newVm.issue.maximumCpus');
  if (parts.every((part) => part === '')) return { topology: null, maximumCpus };
  const [sockets = 1, cores = 1, threads = 1] = parts.map((part) => (part === '' ? 1 : Number(part)));
  const places = sockets * cores * threads;
  if (![sockets, cores, threads].every((part) => Number.isInteger(part) && part >= 1) || places > 64)
    issue('topology', 'newVm.issue.number');
  else if (places < cpus || (maximumCpus !== null && maximumCpus !== places)) issue('topology', 'newVm.issue.topology');
  return { topology: { sockets, cores, threads }, maximumCpus };
}

function readPinned(text: string, issue: Issue): number[] | null {
  if (text.trim() === '') return null;
  const parts = text.split(',').map((part) => /^\s*(\d{1,4})(?:-(\d{1,4}))?\s*$/.exec(part));
  const cpus = parts.flatMap((part) => {
    const [first, last] = [Number(part?.[1]), Number(part?.[2] ?? part?.[1])];
    return part === null || last < first ? [] : Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
  if (parts.includes(null) || cpus.length === 0) issue('pinned', 'newVm.issue.pinned');
  return [...new Set(cpus)];
}

function readCdrom({ cdrom, cdromPath }: VmDraft, issue: Issue): VmHardware['cdrom'] {
  if (cdrom === 'none') return null;
  if (cdrom === 'empty') return { path: null };
  if (!cdromPath.startsWith('/')) issue('cdromPath', 'newVm.issue.path');
  return { path: cdromPath };
}

function readNetwork(draft: VmDraft, issue: Issue): VmNetwork {
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

function readPorts(rows: readonly PortRow[], issue: Issue): PortForward[] {
  const isPort = (text: string) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
  const seen = new Set<string>();
  return rows.map(({ hostAddress, hostPort, machinePort, protocol }, index) => {
    const key = `${protocol} ${hostPort}`;
    if (!isPort(hostPort) || !isPort(machinePort)) issue(`ports.${index}`, 'newVm.issue.port');
    else if (seen.has(key)) issue(`ports.${index}`, 'newVm.issue.portTwice');
    seen.add(key);
    return { protocol, hostAddress: hostAddress.trim() || '0.0.0.0', hostPort: Number(hostPort), machinePort: Number(machinePort) };
  });
}

function readDisks(draft: VmDraft, issue: Issue): NewVmDisk[] {
  const sata = draft.disks.flatMap(({ bus }, index) => (bus === 'sata' ? [index] : []));
  for (const index of sata.slice(MOST_SATA_DISKS)) issue(`disks.${index}`, 'newVm.issue.sata');
  return draft.disks.map(({ size, bus }, index) => {
    const gibibytes = Number(size);
    if (!(gibibytes > 0) || gibibytes > 64 * 1024) issue(`disks.${index}`, 'newVm.issue.diskSize');
    const sizeBytes = Math.max(1, Math.round((Number.isFinite(gibibytes) ? gibibytes : 1) * GIB));
    return { bus, sizeBytes, source: index === 0 ? rootSource(draft, issue) : { type: 'blank' } };
  });
}

function rootSource({ source, cloudImage, path }: VmDraft, issue: Issue): NewVmDisk['source'] {
  if (source === 'file') {
    if (!path.startsWith('/')) issue('path', 'newVm.issue.path');
    return { type: 'file', path };
  }
  if (source !== 'cloud') return { type: 'blank' };
  const [kind, id = ''] = cloudImage.split(':');
  if (id === '') issue('cloudImage', 'newVm.issue.image');
  type Id = GuestImage['id'];
  return kind === 'entry' ? { type: 'catalogue', entryId: id as Id } : { type: 'image', imageId: id as Id };
}
