import { lineValues as value } from '../../../backend/contract/run-line/index.ts';

export const SECTIONS = ['process', 'environment', 'network', 'storage', 'resources', 'isolation', 'health', 'more'] as const;
export type SectionId = (typeof SECTIONS)[number];

// biome-ignore lint/suspicious/noExplicitAny: each field's own codec fits its own value of the spec; a table of them has no common one
type AnyCodec = value.Codec<any>;

interface Place {
  section: SectionId;
  /** What it looks like; the same in every language. */
  example?: string;
}

/** One value, written as `docker run` takes it. */
export interface TextFieldEntry extends Place {
  kind: 'text';
  codec: AnyCodec;
}

/** Several, one to a row. */
export interface ListFieldEntry extends Place {
  kind: 'list';
  codec: AnyCodec;
}

export interface SwitchFieldEntry extends Place {
  kind: 'switch';
}

/** `key=value`, one to a row. */
export interface PairsFieldEntry extends Place {
  kind: 'pairs';
}

const { text, size, integer, duration } = value;
const one = (section: SectionId, codec: AnyCodec, example?: string): TextFieldEntry => ({
  kind: 'text',
  section,
  codec,
  ...(example === undefined ? {} : { example }),
});
const list = (section: SectionId, codec: AnyCodec, example?: string): ListFieldEntry => ({
  kind: 'list',
  section,
  codec,
  ...(example === undefined ? {} : { example }),
});
const toggle = (section: SectionId): SwitchFieldEntry => ({ kind: 'switch', section });
const pairs = (section: SectionId): PairsFieldEntry => ({ kind: 'pairs', section });

/** Every field that needs no editor of its own, in its section's order. The key is the spec's, or a part of its health check. */
export const FIELDS = {
  workingDir: one('process', text, '/app'),
  user: one('process', text, '1000:1000'),
  tty: toggle('process'),
  interactive: toggle('process'),
  init: toggle('process'),
  autoRemove: toggle('process'),

  env: pairs('environment'),

  hostname: one('network', text, 'web'),
  domainname: one('network', text, 'example.com'),
  publishAllPorts: toggle('network'),
  exposedPorts: list('network', value.exposed, '9090/tcp'),
  extraHosts: list('network', value.extraHost, 'db:10.0.0.5'),
  dns: list('network', text, '10.0.0.53'),
  dnsSearch: list('network', text, 'example.com'),
  dnsOptions: list('network', text, 'ndots:2'),
  links: list('network', text, 'db:database'),
  macAddress: one('network', text, '92:d0:c6:0a:29:33'),

  tmpfs: pairs('storage'),
  volumesFrom: list('storage', text, 'other:ro'),
  readOnlyRoot: toggle('storage'),
  shmBytes: one('storage', size, '64m'),
  storageOptions: pairs('storage'),

  cpus: one('resources', value.cores, '1.5'),
  cpuShares: one('resources', integer(2), '1024'),
  cpusetCpus: one('resources', text, '0-3'),
  cpusetMems: one('resources', text, '0'),
  memoryBytes: one('resources', size, '512m'),
  memorySwapBytes: one('resources', value.sizeOrUnlimited, '1g'),
  memoryReservationBytes: one('resources', size, '256m'),
  memorySwappiness: one('resources', integer(0, 100), '60'),
  pidsLimit: one('resources', integer(-1), '200'),
  blkioWeight: one('resources', integer(10, 1000), '500'),
  cpuPeriodUs: one('resources', integer(1000, 1_000_000), '100000'),
  cpuQuotaUs: one('resources', integer(-1), '50000'),
  cpuRealtimePeriodUs: one('resources', integer(1), '1000000'),
  cpuRealtimeRuntimeUs: one('resources', integer(1), '950000'),
  oomScoreAdj: one('resources', integer(-1000, 1000), '0'),
  oomKillDisable: toggle('resources'),
  ulimits: list('resources', value.ulimitValue, 'nofile=1024:4096'),
  blkioWeightDevices: list('resources', value.perDevice('weight', integer(10, 1000)), '/dev/sda:500'),
  deviceReadBps: list('resources', value.perDevice('rate', size), '/dev/sda:10m'),
  deviceWriteBps: list('resources', value.perDevice('rate', size), '/dev/sda:10m'),
  deviceReadIops: list('resources', value.perDevice('rate', integer(1)), '/dev/sda:1000'),
  deviceWriteIops: list('resources', value.perDevice('rate', integer(1)), '/dev/sda:1000'),
  cgroupParent: one('resources', text, '/my-group'),

  privileged: toggle('isolation'),
  capAdd: list('isolation', text, 'NET_ADMIN'),
  capDrop: list('isolation', text, 'ALL'),
  securityOptions: list('isolation', text, 'no-new-privileges'),
  groupAdd: list('isolation', text, 'audio'),
  devices: list('isolation', value.device, '/dev/ttyUSB0'),
  deviceCgroupRules: list('isolation', text, 'c 42:* rmw'),
  gpus: one('isolation', value.gpus, 'all'),
  sysctls: pairs('isolation'),
  pidMode: one('isolation', text, 'host'),
  ipcMode: one('isolation', text, 'shareable'),
  usernsMode: one('isolation', text, 'host'),
  utsMode: one('isolation', text, 'host'),
  cgroupnsMode: one('isolation', text, 'private'),
  runtime: one('isolation', text, 'runc'),

  'health.disabled': toggle('health'),
  'health.command': one('health', text, 'curl -f http://localhost/ || exit 1'),
  'health.intervalMs': one('health', duration, '30s'),
  'health.timeoutMs': one('health', duration, '5s'),
  'health.retries': one('health', integer(1), '3'),
  'health.startPeriodMs': one('health', duration, '10s'),
  'health.startIntervalMs': one('health', duration, '1s'),

  labels: pairs('more'),
  annotations: pairs('more'),
  logDriver: one('more', text, 'json-file'),
  logOptions: pairs('more'),
  stopSignal: one('more', text, 'SIGTERM'),
  stopTimeoutS: one('more', integer(-1), '10'),
  platform: one('more', text, 'linux/arm64'),
} as const satisfies Record<string, TextFieldEntry | ListFieldEntry | SwitchFieldEntry | PairsFieldEntry>;

export type FieldKey = keyof typeof FIELDS;
type OfKind<Kind extends string> = { [Key in FieldKey]: (typeof FIELDS)[Key]['kind'] extends Kind ? Key : never }[FieldKey];
export type TextKey = OfKind<'text'>;
export type ListKey = OfKind<'list'>;
export type SwitchKey = OfKind<'switch'>;
export type PairsKey = OfKind<'pairs'>;

export const FIELD_KEYS = Object.keys(FIELDS) as FieldKey[];
