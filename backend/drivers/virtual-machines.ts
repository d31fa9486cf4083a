import type {
  CloudInit,
  ImageId,
  Limits,
  MachineId,
  PortForward,
  StartTiming,
  StartWay,
  TwinId,
  VmAbilities,
  VmDisk,
  VmHardware,
} from '../contract/index.ts';
import type { ImageProcess } from './driver.ts';

/** Below this the kernel of a workload's guest does not come up. */
export const LEAST_WORKLOAD_MEMORY_BYTES = 96 * 1024 * 1024;

export interface RunSpec {
  name: string;
  image: { id: ImageId; name: string };
  twinId: TwinId | null;
  ports: PortForward[];
  limits: Limits;
  /** Entrypoint, command, environment… with the request's changes applied. */
  process: ImageProcess;
  /** Null: as the settings say. */
  startWay?: StartWay | null;
}

/** A machine with an operating system of its own. */
export interface SystemSpec {
  name: string;
  cpus: number;
  memoryBytes: number;
  ports: PortForward[];
  autostart: boolean;
  /** What it is made of, for people: an image's name, a file's. */
  source: string | null;
  hardware: VmHardware;
  /** For the cloud-init in the guest; absent: it is told nothing. */
  cloudInit?: CloudInit;
}

/** Machines come to be in steps: they are defined at once, in state `creating`, and get their disks after that. */
export interface VirtualMachinesFacet {
  /** A workload. */
  define(spec: RunSpec, signal: AbortSignal): Promise<MachineId>;
  /** A system. @throws AppError `nameTaken`, `invalidInput` */
  create(spec: SystemSpec, signal: AbortSignal): Promise<MachineId>;
  /** Shown with the machine while it is `creating`. */
  setProgress(id: MachineId, progress: number | null): void;
  /** Gives a workload its disk: an overlay on `basePath` (a raw ext4 image of the whole filesystem). It is then `stopped`. */
  setDisk(id: MachineId, basePath: string, signal: AbortSignal): Promise<void>;
  /** Gives a system one disk more, which `make` writes at the path that it is told; when that fails, nothing is left of it. */
  addDisk(id: MachineId, disk: VmDisk, make: (path: string) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** The same with nothing on it. @throws AppError `noSpace` */
  addBlankDisk(id: MachineId, disk: VmDisk, signal: AbortSignal): Promise<void>;
  /** All disks are there: the machine is `stopped`. */
  finish(id: MachineId, signal: AbortSignal): Promise<void>;
  /** A disk could not be made: the machine is `failed` and says why. */
  setFailed(id: MachineId, error: unknown, signal: AbortSignal): Promise<void>;
  /** What the host can do for systems. */
  abilities(signal: AbortSignal): Promise<VmAbilities>;
  setPorts(id: MachineId, ports: PortForward[], signal: AbortSignal): Promise<void>;
  /** What the machine's last start took, kept with it: the next app tells it too. */
  keepTiming(id: MachineId, timing: StartTiming, signal: AbortSignal): Promise<void>;
}
