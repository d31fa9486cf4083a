import type { BuildService } from '../builds/index.ts';
import type { AppInfo, MetricSubject, MetricsHistory, MetricsTick } from '../contract/index.ts';
import type { Displays } from '../displays/index.ts';
import type { FileService, VolumeService } from '../files/index.ts';
import type { GuestImages } from '../guest-images/index.ts';
import type { ImageService, LayerService, RegistryService, ScanService } from '../images/index.ts';
import type { Inventory } from '../inventory/index.ts';
import type { IsolationService } from '../isolation/index.ts';
import type { LogService } from '../logs/index.ts';
import type { ContainerService, MachineService, Templates } from '../machines/index.ts';
import type { SettingsStore } from '../settings/index.ts';
import type { StackService } from '../stacks/index.ts';
import type { Tasks } from '../tasks/index.ts';
import type { Terminals } from '../terminals/index.ts';
import type { DiskService, SnapshotService, VmBin, VmCopier, VmCreator } from '../virtual-machines/index.ts';

export interface WatchMetricsRequest {
  subjects: MetricSubject[] | null;
  hz: 1 | 10;
}

export interface MetricsHistoryRequest {
  subject: MetricSubject;
  fromMs: number;
  toMs: number;
  points: number;
}

/** What the handlers call: the rooms, no wider than the contract asks. */
export interface Services {
  app: AppInfo;
  inventory: Pick<Inventory, 'watch' | 'search' | 'driver' | 'driverOf' | 'image' | 'list'>;
  machines: Pick<MachineService, 'run' | 'act' | 'setPorts'>;
  logs: LogService;
  containers: ContainerService;
  templates: Templates;
  vmCreator: VmCreator;
  vmCopier: VmCopier;
  vmBin: VmBin;
  snapshots: Omit<SnapshotService, typeof Symbol.asyncDispose>;
  images: ImageService;
  guestImages: Omit<GuestImages, typeof Symbol.asyncDispose | 'get' | 'at' | 'diskFrom' | 'refreshUsers'>;
  imageLayers: LayerService;
  imageScans: ScanService;
  isolation: IsolationService;
  builds: Omit<BuildService, typeof Symbol.asyncDispose>;
  registries: Omit<RegistryService, 'pullWithin'>;
  files: FileService;
  volumes: VolumeService;
  metrics: {
    watch(request: WatchMetricsRequest, signal: AbortSignal): AsyncIterable<MetricsTick>;
    history(request: MetricsHistoryRequest): MetricsHistory | Promise<MetricsHistory>;
  };
  stacks: Omit<StackService, typeof Symbol.asyncDispose>;
  terminals: Pick<Terminals, 'list' | 'open' | 'close'>;
  vmDisks: DiskService;
  displays: Omit<Displays, 'attachViewer' | typeof Symbol.asyncDispose>;
  tasks: Pick<Tasks, 'watch' | 'cancel'>;
  settings: Pick<SettingsStore, 'update' | 'watch'>;
}
