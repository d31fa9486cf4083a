import {
  type Architecture,
  type CatalogueImage,
  type CreateVmRequest,
  createVmRequest,
  type EngineId,
  type GuestImage,
  MOST_SATA_DISKS,
  minimumBytesOf,
  type NewVmDisk,
  vmName,
} from '../../../backend/contract/index.ts';
import { EMPTY_HARDWARE, type HardwareDraft, type HardwareIssue, readHardware } from '../vm-fields/hardware-draft.ts';
import { readPortRows, type VmPortRow } from '../vm-fields/vm-ports.ts';

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

/** The form as it is written; numbers are texts until they are read. */
export interface VmDraft extends HardwareDraft {
  source: SourceKind;
  /** An image of the library (`image:<id>`), or of the catalogue (`entry:<id>`). */
  cloudImage: string;
  /** A path on the app's computer: a disk's. */
  path: string;
  name: string;
  disks: DiskRow[];
  ports: VmPortRow[];
  cloudInit: boolean;
  userData: string;
  networkConfig: string | null;
  autostart: boolean;
}

export const EMPTY_DRAFT: VmDraft = {
  ...EMPTY_HARDWARE,
  source: 'cloud',
  cloudImage: '',
  path: '',
  name: '',
  disks: [{ size: '20', bus: 'virtio' }],
  ports: [],
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
    bootFrom: disc ? 'cdrom' : 'disk',
    cdromPath: '',
    cloudInit: source === 'cloud' || source === 'file',
    display: draft.display === 'none' && draft.machine !== 'microvm' ? 'virtio' : draft.display,
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
    firmware: architecture === 'aarch64' ? 'uefi' : draft.machine === 'microvm' ? 'bios' : (known.firmware ?? 'bios'),
    memory: String(memoryMiB),
    disks: [{ size: String(sizeGiB), bus: 'virtio' }, ...others],
    cloudInit: known.cloudInit !== false,
  };
}

/** An image of the library: a disk to begin with, or a disc to install from. */
export function withLibraryImage(draft: VmDraft, image: GuestImage): VmDraft {
  if (image.kind === 'iso') return { ...withSource(draft, 'iso'), cdromPath: image.path ?? '' };
  return withCloudImage(withSource(draft, 'cloud'), `image:${image.id}`, { type: 'image', image });
}

export function withArchitecture(draft: VmDraft, architecture: Architecture): VmDraft {
  if (architecture === 'x86_64') return { ...draft, architecture, machine: draft.machine === 'virt' ? 'q35' : draft.machine };
  return { ...draft, architecture, machine: 'virt', firmware: 'uefi', disks: draft.disks.map((disk) => ({ ...disk, bus: 'virtio' })) };
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
  issues: HardwareIssue[];
}

/** The request that a form says, and what keeps it from being one. @param of.hostCpus processors of the host that is to run it */
export function readDraft(
  draft: VmDraft,
  of: { engineId: EngineId; name: string; taken: ReadonlySet<string>; hostCpus: number },
): ReadDraft {
  const { make, issues } = readHardware(draft, of);
  const issue: Issue = (field, message) => void issues.push({ field, message });
  if (!vmName.safeParse(of.name).success) issue('name', 'newVm.issue.name');
  else if (of.taken.has(of.name)) issue('name', 'newVm.issue.nameTaken');
  const forwards = draft.network === 'user' ? readPortRows(draft.ports) : { ports: [], issues: [] };
  issues.push(...forwards.issues);
  const request: ReadDraft['request'] = {
    engineId: of.engineId,
    name: of.name,
    ...make,
    ports: forwards.ports,
    disks: readDisks(draft, issue),
    cloudInit: draft.cloudInit ? { userData: draft.userData, networkConfig: draft.networkConfig } : null,
    autostart: draft.autostart,
  };
  if (issues.length === 0 && !createVmRequest.omit({ start: true }).safeParse(request).success) issue('form', 'newVm.issue.form');
  return { request, issues };
}

type Issue = (field: string, message: HardwareIssue['message']) => void;

function readDisks(draft: VmDraft, issue: Issue): NewVmDisk[] {
  // A microvm has no SATA: what was written for another machine is on its own bus.
  const disks = draft.machine === 'microvm' ? draft.disks.map((disk) => ({ ...disk, bus: 'virtio' as const })) : draft.disks;
  const sata = disks.flatMap(({ bus }, index) => (bus === 'sata' ? [index] : []));
  for (const index of sata.slice(MOST_SATA_DISKS)) issue(`disks.${index}`, 'newVm.issue.sata');
  return disks.map(({ size, bus }, index) => {
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
