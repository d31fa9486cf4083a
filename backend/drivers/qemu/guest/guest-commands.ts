import { z } from 'zod';
import type { GuestFilesystem, GuestInterface, GuestSystem, GuestUser } from '../../../contract/index.ts';
import type { DiskAddress, FindDisk } from './disk-finder.ts';
import { type GuestAgent, plainWords } from './guest-agent.ts';

/** The commands of the agent in our words: https://www.qemu.org/docs/master/interop/qemu-ga-ref.html */

const MOST = 1000;
const words = z.string().transform(plainWords);
const count = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const many = <Item extends z.ZodType>(item: Item) => z.array(item).transform((items) => items.slice(0, MOST));

export interface AgentInfo {
  version: string;
  /** Those that it knows and may do. */
  commands: ReadonlySet<string>;
}

export async function readInfo(agent: GuestAgent, signal: AbortSignal): Promise<AgentInfo> {
  const answer = z.object({ version: words, supported_commands: many(z.object({ name: z.string().max(100), enabled: z.boolean() })) });
  const info = await agent.call({ command: 'guest-info', answer }, signal);
  return { version: info.version, commands: new Set(info.supported_commands.flatMap(({ name, enabled }) => (enabled ? [name] : []))) };
}

export async function readSystem(agent: GuestAgent, signal: AbortSignal): Promise<GuestSystem> {
  const optional = words.optional();
  const answer = z.object({
    id: optional,
    name: optional,
    'pretty-name': optional,
    version: optional,
    'version-id': optional,
    'kernel-release': optional,
    machine: optional,
  });
  const os = await agent.call({ command: 'guest-get-osinfo', answer }, signal);
  const name = os['pretty-name'] ?? ([os.name, os.version].filter(Boolean).join(' ') || null);
  return { id: os.id ?? null, name, kernelRelease: os['kernel-release'] ?? null, architecture: os.machine ?? null };
}

export async function readHostName(agent: GuestAgent, signal: AbortSignal): Promise<string> {
  const answer = z.object({ 'host-name': words });
  return (await agent.call({ command: 'guest-get-host-name', answer }, signal))['host-name'];
}

export async function readTimeZone(agent: GuestAgent, signal: AbortSignal): Promise<{ name: string | null; offsetMinutes: number }> {
  const answer = z.object({ zone: words.optional(), offset: z.number().min(-86_400).max(86_400) });
  const { zone, offset } = await agent.call({ command: 'guest-get-timezone', answer }, signal);
  return { name: zone ?? null, offsetMinutes: Math.round(offset / 60) };
}

export async function readUsers(agent: GuestAgent, signal: AbortSignal): Promise<GuestUser[]> {
  const answer = many(z.object({ user: words, 'login-time': z.number().min(0).max(1e12) }));
  const users = await agent.call({ command: 'guest-get-users', answer }, signal);
  return users.map((one) => ({ name: one.user, loginMs: Math.round(one['login-time'] * 1000) }));
}

export async function readInterfaces(agent: GuestAgent, signal: AbortSignal): Promise<GuestInterface[]> {
  const address = z.object({ 'ip-address': words, prefix: z.int().min(0).max(128) });
  const statistics = z.object({ 'rx-bytes': count, 'tx-bytes': count });
  const answer = many(
    z.object({
      name: words,
      'hardware-address': words.optional(),
      'ip-addresses': many(address).optional(),
      statistics: statistics.optional(),
    }),
  );
  const interfaces = await agent.call({ command: 'guest-network-get-interfaces', answer }, signal);
  return interfaces.map((one) => ({
    name: one.name,
    macAddress: one['hardware-address'] ?? null,
    addresses: (one['ip-addresses'] ?? []).map((ip) => ({ address: ip['ip-address'], prefix: ip.prefix })),
    receivedBytes: one.statistics?.['rx-bytes'] ?? null,
    sentBytes: one.statistics?.['tx-bytes'] ?? null,
  }));
}

export async function readFilesystems(agent: GuestAgent, findDisk: FindDisk, signal: AbortSignal): Promise<GuestFilesystem[]> {
  const number = z.int();
  const address = z
    .object({ 'bus-type': words, unit: number, 'pci-controller': z.object({ bus: number, slot: number, function: number }) })
    .transform((at): DiskAddress => ({ busType: at['bus-type'], unit: at.unit, pci: at['pci-controller'] }));
  const answer = many(
    z.object({
      name: words,
      mountpoint: words,
      type: words,
      'used-bytes': count.optional(),
      'total-bytes': count.optional(),
      disk: many(address).optional(),
    }),
  );
  const filesystems = await agent.call({ command: 'guest-get-fsinfo', answer }, signal);
  return filesystems.map((one) => ({
    device: one.name,
    mountPoint: one.mountpoint,
    type: one.type,
    usedBytes: one['used-bytes'] ?? null,
    totalBytes: one['total-bytes'] ?? null,
    disks: one.disk === undefined ? null : disksAt(one.disk, findDisk),
  }));
}

/** A volume of LVM or of RAID lies on several. */
function disksAt(addresses: readonly DiskAddress[], findDisk: FindDisk): string[] | null {
  const found = addresses.map(findDisk);
  return found.every((disks) => disks !== null) ? [...new Set(found.flat())] : null;
}

export async function readCpus(agent: GuestAgent, signal: AbortSignal): Promise<{ online: number; total: number }> {
  const cpus = await listCpus(agent, signal);
  return { online: cpus.filter(({ isOnline }) => isOnline).length, total: cpus.length };
}

/** Those that its kernel knows, by its own numbers. */
export async function listCpus(agent: GuestAgent, signal: AbortSignal): Promise<{ id: number; isOnline: boolean }[]> {
  const answer = many(z.object({ 'logical-id': count, online: z.boolean() }));
  const cpus = await agent.call({ command: 'guest-get-vcpus', answer }, signal);
  return cpus.map(({ 'logical-id': id, online }) => ({ id, isOnline: online }));
}

export async function switchOnCpus(agent: GuestAgent, ids: readonly number[], signal: AbortSignal): Promise<void> {
  const vcpus = ids.map((id) => ({ 'logical-id': id, online: true }));
  await agent.call({ command: 'guest-set-vcpus', args: { vcpus }, answer: z.unknown() }, signal);
}

/** Asks the guest's own init; it does not answer when it does as it is told. */
export async function shutDown(agent: GuestAgent, mode: 'powerdown' | 'reboot', signal: AbortSignal): Promise<void> {
  await agent.call({ command: 'guest-shutdown', args: { mode }, timeoutMs: null, answer: z.unknown() }, signal);
}

const FREEZE_MS = 60_000;

/** All written, and nothing more is until it is thawed; the number of filesystems. */
export async function freeze(agent: GuestAgent, signal: AbortSignal): Promise<number> {
  return await agent.call({ command: 'guest-fsfreeze-freeze', timeoutMs: FREEZE_MS, answer: count }, signal);
}

export async function thaw(agent: GuestAgent, signal: AbortSignal): Promise<number> {
  return await agent.call({ command: 'guest-fsfreeze-thaw', timeoutMs: FREEZE_MS, answer: count }, signal);
}

const TRIM_MS = 300_000;

/** Tells the disk which blocks are of no use any more. What could not be trimmed says why. */
export async function trim(agent: GuestAgent, signal: AbortSignal): Promise<{ mountPoint: string; trimmedBytes: number | null }[]> {
  const answer = z.object({ paths: many(z.object({ path: words, trimmed: count.optional(), error: words.optional() })) });
  const { paths } = await agent.call({ command: 'guest-fstrim', args: {}, timeoutMs: TRIM_MS, answer }, signal);
  return paths.map((one) => ({ mountPoint: one.path, trimmedBytes: one.trimmed ?? null }));
}

export async function setTime(agent: GuestAgent, timeMs: number, signal: AbortSignal): Promise<void> {
  // A number of nanoseconds is more than a JavaScript number holds; what JSON gets is exact to a microsecond.
  await agent.call({ command: 'guest-set-time', args: { time: timeMs * 1e6 }, answer: z.unknown() }, signal);
}

export async function setPassword(agent: GuestAgent, of: { user: string; password: string }, signal: AbortSignal): Promise<void> {
  const args = { username: of.user, password: Buffer.from(of.password).toString('base64'), crypted: false };
  await agent.call({ command: 'guest-set-user-password', args, answer: z.unknown() }, signal);
}

export async function addSshKeys(agent: GuestAgent, of: { user: string; keys: string[] }, signal: AbortSignal): Promise<void> {
  const args = { username: of.user, keys: of.keys };
  await agent.call({ command: 'guest-ssh-add-authorized-keys', args, answer: z.unknown() }, signal);
}
