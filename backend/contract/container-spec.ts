import { z } from 'zod';
import { restartPolicy } from './machine.ts';

/** What a container engine takes for a name. */
export const containerName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{1,252}$/);

const word = z.string().min(1).max(4096);
const words = z.array(word).default([]);
const optionalWord = word.nullable().default(null);
const pairs = (name: z.ZodString) => z.record(name, z.string()).default({});
const whole = (least: number, most = Number.MAX_SAFE_INTEGER) => z.int().min(least).max(most).nullable().default(null);
const flag = z.boolean().default(false);
/** Inside the container. */
const targetPath = z.string().regex(/^\/[^\0]*$/);
/** Neither a comma nor a sign that tells one part of an argument from the next. */
const networkName = z.string().regex(/^[^\s,="'\0]{1,256}$/);
const ipAddress = z.union([z.ipv4(), z.ipv6()]);

export const transport = z.enum(['tcp', 'udp', 'sctp']);

/** A port of the container on the host. */
export const publishedPort = z.object({
  /** Empty: all of the host's addresses. */
  hostAddress: z.union([z.literal(''), ipAddress]).default(''),
  /** Null: the engine chooses one at every start. */
  hostPort: z.int().min(1).max(65535).nullable(),
  containerPort: z.int().min(1).max(65535),
  protocol: transport.default('tcp'),
});
export type PublishedPort = z.infer<typeof publishedPort>;

export const bindPropagation = z.enum(['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave']);

/** A folder or file of the engine's host. `createSource`: an absent folder is made, as `docker run -v` does; else it is refused. */
export const bindMount = z.object({
  type: z.literal('bind'),
  source: z.string().regex(/^\/[^\0]*$/),
  target: targetPath,
  readOnly: flag,
  propagation: bindPropagation.default('rprivate'),
  /** `z`: the label is shared with other containers; `Z`: it is this container's own (SELinux). */
  relabel: z.enum(['z', 'Z']).nullable().default(null),
  createSource: flag,
});

/** `source` null: an anonymous volume, which goes with the container. */
export const volumeMount = z.object({
  type: z.literal('volume'),
  source: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/)
    .nullable()
    .default(null),
  target: targetPath,
  readOnly: flag,
  /** What the image has at that place is not copied into a new volume. */
  noCopy: flag,
  /** Makes the volume when it is not there yet; null is the engine's own. */
  driver: optionalWord,
  driverOptions: pairs(word),
});

export const containerMount = z
  .discriminatedUnion('type', [bindMount, volumeMount])
  .refine(
    (mount) =>
      mount.type === 'volume' || !(mount.createSource || mount.relabel !== null) || !`${mount.source}${mount.target}`.includes(':'),
    {
      message: 'a path with a colon cannot be made or relabelled',
    },
  );
export type ContainerMount = z.infer<typeof containerMount>;

/** `network`: a network's name, or `host`, `none`, `container:<name>`. */
export const networkJoin = z.object({
  network: networkName,
  aliases: z.array(networkName).default([]),
  ipv4: z.ipv4().nullable().default(null),
  ipv6: z.ipv6().nullable().default(null),
});
export type NetworkJoin = z.infer<typeof networkJoin>;

/** Null and empty parts are the image's own. */
export const healthCheck = z.object({
  /** Runs no check, the image's neither. */
  disabled: flag,
  /** For a shell in the container. */
  command: optionalWord,
  intervalMs: whole(1),
  timeoutMs: whole(1),
  startPeriodMs: whole(1),
  startIntervalMs: whole(1),
  retries: whole(1),
});

export const deviceMapping = z.object({
  hostPath: word,
  containerPath: word,
  /** Of `r`ead, `w`rite, `m`ake nodes. */
  permissions: z.string().regex(/^[rwm]{1,3}$/),
});
/** -1 is without limit. */
export const ulimit = z.object({ name: z.string().regex(/^[a-z]+$/), soft: z.int().min(-1), hard: z.int().min(-1) });
export const deviceRate = z.object({ path: word, rate: z.int().min(1) });
export const deviceWeight = z.object({ path: word, weight: z.int().min(10).max(1000) });
/** `count` -1 is all; null when the devices are named. */
export const gpuRequest = z.object({
  count: z.int().min(-1).nullable().default(null),
  deviceIds: words,
  driver: z.string().default(''),
  capabilities: words,
});

/**
 * Everything that can be said of a container before it exists: what `docker run` says in flags. What is null, empty or left out
 * is the image's own, or else the engine's. Bytes, milliseconds, seconds and cores as the names say.
 */
export const containerSpec = z.object({
  /** A name as people write it, or an id (`sha256:…`). */
  image: z.string().min(1).max(500),
  platform: optionalWord,
  pull: z.enum(['missing', 'always', 'never']).default('missing'),
  /** Null: one is made up from the image's. */
  name: containerName.nullable().default(null),

  command: z.array(z.string()).default([]),
  /** Empty: the image's entrypoint is cleared. */
  entrypoint: z.array(z.string()).nullable().default(null),
  env: pairs(z.string().regex(/^[^=\0]+$/)),
  workingDir: optionalWord,
  user: optionalWord,
  groupAdd: words,
  hostname: optionalWord,
  domainname: optionalWord,
  tty: flag,
  interactive: flag,
  init: flag,
  stopSignal: optionalWord,
  stopTimeoutS: whole(-1),
  autoRemove: flag,
  restart: restartPolicy.default({ name: 'no', maximumRetries: 0 }),
  labels: pairs(word),
  annotations: pairs(word),

  /** The first is the one that it is created on. */
  networks: z.array(networkJoin).default([]),
  ports: z.array(publishedPort).default([]),
  /** Told to others, not forwarded. */
  exposedPorts: z.array(z.object({ port: z.int().min(1).max(65535), protocol: transport })).default([]),
  publishAllPorts: flag,
  macAddress: optionalWord,
  /** `name:address` */
  extraHosts: words,
  dns: z.array(ipAddress).default([]),
  dnsOptions: words,
  dnsSearch: words,
  links: words,

  mounts: z.array(containerMount).default([]),
  /** Path in the container → options (`size=64m,mode=1777`), empty for the defaults. */
  tmpfs: pairs(z.string().regex(/^\/[^\0:]*$/)),
  volumesFrom: words,
  readOnlyRoot: flag,
  storageOptions: pairs(word),

  cpus: z.number().min(0.01).max(100_000).nullable().default(null),
  cpuShares: whole(2),
  cpuPeriodUs: whole(1000, 1_000_000),
  cpuQuotaUs: whole(-1),
  cpuRealtimePeriodUs: whole(1),
  cpuRealtimeRuntimeUs: whole(1),
  cpusetCpus: optionalWord,
  cpusetMems: optionalWord,
  memoryBytes: whole(1),
  /** Memory and swap together; -1 is as much swap as there is. */
  memorySwapBytes: whole(-1),
  memoryReservationBytes: whole(1),
  memorySwappiness: whole(0, 100),
  oomKillDisable: flag,
  oomScoreAdj: whole(-1000, 1000),
  /** -1 is without limit. */
  pidsLimit: whole(-1),
  shmBytes: whole(1),
  blkioWeight: whole(10, 1000),
  blkioWeightDevices: z.array(deviceWeight).default([]),
  deviceReadBps: z.array(deviceRate).default([]),
  deviceWriteBps: z.array(deviceRate).default([]),
  deviceReadIops: z.array(deviceRate).default([]),
  deviceWriteIops: z.array(deviceRate).default([]),
  ulimits: z.array(ulimit).default([]),
  cgroupParent: optionalWord,

  privileged: flag,
  capAdd: words,
  capDrop: words,
  securityOptions: words,
  devices: z.array(deviceMapping).default([]),
  deviceCgroupRules: words,
  gpus: gpuRequest.nullable().default(null),
  sysctls: pairs(word),
  pidMode: optionalWord,
  ipcMode: optionalWord,
  usernsMode: optionalWord,
  utsMode: optionalWord,
  cgroupnsMode: optionalWord,
  runtime: optionalWord,

  health: healthCheck.nullable().default(null),
  logDriver: optionalWord,
  logOptions: pairs(word),
});
export type ContainerSpec = z.infer<typeof containerSpec>;

/** Everything the image's and the engine's own. */
export function emptySpec(image: string): ContainerSpec {
  return containerSpec.parse({ image });
}
