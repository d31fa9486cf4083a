import { z } from 'zod';
import { problem } from './problem.ts';

/** What was read, or why it could not be: a part that may not be read does not hide the others. */
function readable<Schema extends z.ZodType>(schema: Schema) {
  return z.union([z.object({ value: schema }), z.object({ problem })]);
}

export const namespaceKind = z.enum(['mnt', 'pid', 'net', 'ipc', 'uts', 'user', 'cgroup', 'time']);
export type NamespaceKind = z.infer<typeof namespaceKind>;

/** The kernel's number of a namespace, for the machine's process and for the host's first one; null where it may not be read. */
export const namespaceIds = z.object({ kind: namespaceKind, id: z.string().nullable(), hostId: z.string().nullable() });
export type NamespaceIds = z.infer<typeof namespaceIds>;

/** A process of the host. `innerPid` is its number in its own PID namespace, the innermost one. */
export const hostProcess = z.object({
  pid: z.int(),
  innerPid: z.int().nullable(),
  name: z.string(),
  /** The command line, cut at 300 characters. */
  command: z.string(),
});
export type HostProcess = z.infer<typeof hostProcess>;

export const cgroupResource = z.enum(['memory', 'cpu', 'pids', 'io']);
export type CgroupResource = z.infer<typeof cgroupResource>;

/** One number of a control group; the names are the same for both versions. */
export const cgroupValueName = z.enum([
  'memoryCurrent',
  'memoryMax',
  'memoryHigh',
  'memoryPeak',
  'swapCurrent',
  'swapMax',
  'memorySwapCurrent',
  'memorySwapMax',
  'memoryHighEvents',
  'memoryMaxEvents',
  'oomEvents',
  'oomKills',
  'cpuCores',
  'cpuWeight',
  'cpuShares',
  'cpuPeriods',
  'cpuThrottledPeriods',
  'cpuThrottledTime',
  'cpuset',
  'pidsCurrent',
  'pidsMax',
  'pidsMaxEvents',
  'ioWeight',
  'ioReadBytes',
  'ioWriteBytes',
  'ioReadOperations',
  'ioWriteOperations',
]);
export type CgroupValueName = z.infer<typeof cgroupValueName>;

export const cgroupValue = z.object({
  resource: cgroupResource,
  name: cgroupValueName,
  /** Where it was read. */
  file: z.string(),
  /** Null is "no limit". */
  value: z.union([z.number(), z.string(), z.null()]),
  unit: z.enum(['bytes', 'count', 'cores', 'ms', 'weight', 'text', 'bytesPerSecond', 'perSecond']),
  /** `major:minor`, for limits of one block device. */
  device: z.string().nullable(),
});
export type CgroupValue = z.infer<typeof cgroupValue>;

export const cgroups = z.object({
  groups: z.array(
    z.object({
      version: z.union([z.literal(1), z.literal(2)]),
      /** Empty for version 2, which has one tree for all. */
      controllers: z.array(z.string()),
      /** As the kernel writes it, below the root of its tree. */
      path: z.string(),
      /** Where its files are on the host; null when that tree is not mounted there. */
      folder: z.string().nullable(),
    }),
  ),
  values: z.array(cgroupValue),
});
export type Cgroups = z.infer<typeof cgroups>;

export const capabilities = z.object({
  effective: z.array(z.string()),
  permitted: z.array(z.string()),
  inheritable: z.array(z.string()),
  bounding: z.array(z.string()),
  ambient: z.array(z.string()),
  /** What this kernel knows and the bounding set lacks: never to be had in there. */
  dropped: z.array(z.string()),
});
export type Capabilities = z.infer<typeof capabilities>;

export const securityState = z.object({
  /** `filter`: each system call is checked by a program. */
  seccomp: z.enum(['off', 'strict', 'filter']).nullable(),
  seccompFilters: z.int().nullable(),
  noNewPrivileges: z.boolean().nullable(),
  /** What AppArmor or SELinux has put it under; null where the kernel has neither. */
  label: z.string().nullable(),
});
export type SecurityState = z.infer<typeof securityState>;

/** `root`: its root filesystem. `host`: a part of a filesystem that the host has mounted too. `own`: made for it alone. */
export const mountOrigin = z.enum(['root', 'host', 'own']);

export const mountRow = z.object({
  mountPoint: z.string(),
  type: z.string(),
  source: z.string(),
  /** Where it is on the host; null when it is not mounted there. */
  hostPath: z.string().nullable(),
  origin: mountOrigin,
  readOnly: z.boolean(),
  /** Whether later mounts beneath it show on the other side too. */
  propagation: z.enum(['private', 'shared', 'slave', 'unbindable']),
  options: z.string(),
});
export type MountRow = z.infer<typeof mountRow>;

/** `count` ids from `inside` on are those of the host from `outside` on. */
export const idRange = z.object({ inside: z.number(), outside: z.number(), count: z.number() });
export type IdRange = z.infer<typeof idRange>;

export const userMapping = z.object({ users: z.array(idRange), groups: z.array(idRange) });
export type UserMapping = z.infer<typeof userMapping>;

export const rootFilesystem = z.object({
  type: z.string(),
  source: z.string(),
  readOnly: z.boolean(),
  /** Of an overlay: the image's layers, the uppermost first, and where the machine's own changes go. Null for other types. */
  overlay: z.object({ lower: z.array(z.string()), upper: z.string().nullable() }).nullable(),
});
export type RootFilesystem = z.infer<typeof rootFilesystem>;

export const oomState = z.object({ score: z.int(), adjustment: z.int() });
export type OomState = z.infer<typeof oomState>;

/** What stands on the host in a guest's place. */
export const guestHull = z.object({
  /** The hypervisor's own words: `tcg`, `kvm`. */
  accelerator: z.string().nullable(),
  machineType: z.string().nullable(),
  cpuModel: z.string().nullable(),
  /** QEMU's `-sandbox` as it was given; null without one. */
  sandbox: z.string().nullable(),
  guestKernel: z.string().nullable(),
  hostKernel: z.string(),
  /** Host threads, one for each virtual processor. */
  vcpus: z.array(z.object({ index: z.int(), threadId: z.int() })),
  memory: z.array(z.object({ id: z.string(), sizeBytes: z.number(), backing: z.string(), shared: z.boolean() })),
  residentBytes: z.number().nullable(),
  /** User and group that QEMU runs as. */
  user: z.string().nullable(),
  devices: z.array(z.string()),
});
export type GuestHull = z.infer<typeof guestHull>;

const common = {
  /** When it was read, milliseconds since 1970. */
  readAtMs: z.number(),
  /** The machine's first process on the host (a guest's: QEMU) and its parents up to the host's own first. */
  chain: readable(z.array(hostProcess)),
  namespaces: readable(z.array(namespaceIds)),
  cgroups: readable(cgroups),
  capabilities: readable(capabilities),
  security: readable(securityState),
  oom: readable(oomState),
};

/** How a running machine is kept apart, read from /proc and the control groups of the host that it runs on. */
export const isolation = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('container'),
    ...common,
    /** All processes of the container, as the host sees them; at most 100. */
    processes: readable(z.object({ shown: z.array(hostProcess), more: z.int() })),
    users: readable(userMapping),
    mounts: readable(z.array(mountRow)),
    root: readable(rootFilesystem),
  }),
  z.object({ kind: z.literal('vm'), ...common, guest: guestHull }),
]);
export type Isolation = z.infer<typeof isolation>;
export type Readable<T> = { value: T } | { problem: z.infer<typeof problem> };
