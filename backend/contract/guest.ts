import { z } from 'zod';
import { machineId } from './ids.ts';
import { deviceId } from './virtual-machine.ts';

/**
 * How the inside of a machine is known. `qemuAgent`: the QEMU guest agent of an operating system of its own.
 * `init`: Catamaran's own init, in machines made of an image.
 */
export const guestSource = z.enum(['qemuAgent', 'init']);

/** `absent`: nothing in the guest has opened the agent's port. `silent`: something has, and does not answer. */
export const guestAgentState = z.enum(['ready', 'absent', 'silent']);
export type GuestAgentState = z.infer<typeof guestAgentState>;

/** What an agent can do besides telling facts; some systems forbid it some (`qemu-ga --block-rpcs`). */
export const guestAbility = z.enum(['shutdown', 'exec', 'files', 'freeze', 'trim', 'password', 'sshKeys', 'time']);
export type GuestAbility = z.infer<typeof guestAbility>;

/** Every text below is the guest's own word: one line without control characters, at most 500 letters, and to be shown as text. */
export const guestSystem = z.object({
  /** As os-release's ID: `debian`; `mswindows` for Windows. */
  id: z.string().nullable(),
  name: z.string().nullable(),
  kernelRelease: z.string().nullable(),
  architecture: z.string().nullable(),
});
export type GuestSystem = z.infer<typeof guestSystem>;

export const guestUser = z.object({ name: z.string(), loginMs: z.number() });
export type GuestUser = z.infer<typeof guestUser>;

export const guestInterface = z.object({
  name: z.string(),
  macAddress: z.string().nullable(),
  addresses: z.array(z.object({ address: z.string(), prefix: z.int() })),
  receivedBytes: z.number().nullable(),
  sentBytes: z.number().nullable(),
});
export type GuestInterface = z.infer<typeof guestInterface>;

export const guestFilesystem = z.object({
  device: z.string(),
  mountPoint: z.string(),
  type: z.string(),
  usedBytes: z.number().nullable(),
  totalBytes: z.number().nullable(),
  /** The machine's disks that it lies on; null: not known. */
  disks: z.array(deviceId).nullable(),
});
export type GuestFilesystem = z.infer<typeof guestFilesystem>;

/** What a guest tells of itself. What it did not tell is null, or an empty list. */
export const guestReport = z.object({
  source: guestSource,
  state: guestAgentState,
  version: z.string().nullable(),
  abilities: z.array(guestAbility),
  system: guestSystem.nullable(),
  hostName: z.string().nullable(),
  timeZone: z.object({ name: z.string().nullable(), offsetMinutes: z.number() }).nullable(),
  users: z.array(guestUser),
  interfaces: z.array(guestInterface),
  filesystems: z.array(guestFilesystem),
  cpus: z.object({ online: z.int(), total: z.int() }).nullable(),
  readAtMs: z.number(),
});
export type GuestReport = z.infer<typeof guestReport>;

/** A program of the guest with its arguments; without a shell unless it is one. As the agent's user, which is root. */
export const guestExecRequest = z.object({
  id: machineId,
  command: z.array(z.string().max(65_536)).min(1).max(256),
  /** Its standard input. */
  input: z.string().max(1_048_576).default(''),
});
export type GuestExecRequest = z.infer<typeof guestExecRequest>;

export const guestExecResult = z.object({
  exitCode: z.int().nullable(),
  /** What ended it instead. */
  signal: z.int().nullable(),
  /** Base64. */
  output: z.string(),
  errors: z.string(),
  /** The agent keeps 16 MiB of each. */
  truncated: z.boolean(),
});
export type GuestExecResult = z.infer<typeof guestExecResult>;

/** A user's name as Linux systems take it. */
const userName = z.string().regex(/^[A-Za-z_][A-Za-z0-9._-]{0,31}\$?$/);

export const guestPasswordRequest = z.object({ id: machineId, user: userName, password: z.string().min(1).max(1024) });

/** One key a line, as in authorized_keys. */
export const guestSshKeyRequest = z.object({
  id: machineId,
  user: userName,
  key: z
    .string()
    .trim()
    .max(16_384)
    .regex(/^(ssh-|ecdsa-|sk-)[A-Za-z0-9@.-]+ [A-Za-z0-9+/]+=* ?[^\n\r\0]*$/),
});

export const guestTrimResult = z.array(z.object({ mountPoint: z.string(), trimmedBytes: z.number().nullable() }));
export type GuestTrimResult = z.infer<typeof guestTrimResult>;
