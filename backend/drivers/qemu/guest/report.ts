import type { GuestAbility, GuestAgentState, GuestReport } from '../../../contract/index.ts';
import { AppError } from '../../../core/index.ts';
import type { FindDisk } from './disk-finder.ts';
import type { GuestAgent } from './guest-agent.ts';
import {
  readCpus,
  readFilesystems,
  readHostName,
  readInfo,
  readInterfaces,
  readSystem,
  readTimeZone,
  readUsers,
} from './guest-commands.ts';

const NEEDS: Record<GuestAbility, string[]> = {
  shutdown: ['guest-shutdown'],
  exec: ['guest-exec', 'guest-exec-status'],
  files: ['guest-exec', 'guest-exec-status', 'guest-file-open', 'guest-file-read', 'guest-file-write', 'guest-file-close'],
  freeze: ['guest-fsfreeze-freeze', 'guest-fsfreeze-thaw'],
  trim: ['guest-fstrim'],
  password: ['guest-set-user-password'],
  sshKeys: ['guest-ssh-add-authorized-keys'],
  time: ['guest-set-time'],
};

type Read<Fact> = (agent: GuestAgent, signal: AbortSignal) => Promise<Fact>;

/** What is said where nothing answers. */
export function emptyReport(state: GuestAgentState, readAtMs: number): GuestReport {
  return {
    source: 'qemuAgent',
    state,
    version: null,
    abilities: [],
    system: null,
    hostName: null,
    timeZone: null,
    users: [],
    interfaces: [],
    filesystems: [],
    cpus: null,
    readAtMs,
  };
}

/** All that the agent tells. What it refuses to tell, or tells wrongly, is left out. @throws AppError guestAgentSilent */
export async function readReport(
  agent: GuestAgent,
  { findDisk, readAtMs }: { findDisk: FindDisk; readAtMs: number },
  signal: AbortSignal,
): Promise<GuestReport> {
  const { version, commands } = await readInfo(agent, signal);
  const told = async <Fact, Missing>(command: string, read: Read<Fact>, missing: Missing): Promise<Fact | Missing> => {
    if (!commands.has(command)) return missing;
    try {
      return await read(agent, signal);
    } catch (error) {
      if (error instanceof AppError && (error.reason === 'guestRefused' || error.reason === 'guestAgentConfused')) return missing;
      throw error;
    }
  };
  const abilities = Object.entries(NEEDS) as [GuestAbility, string[]][];
  return {
    ...emptyReport('ready', readAtMs),
    version,
    abilities: abilities.flatMap(([ability, needs]) => (needs.every((command) => commands.has(command)) ? [ability] : [])),
    system: await told('guest-get-osinfo', readSystem, null),
    hostName: await told('guest-get-host-name', readHostName, null),
    timeZone: await told('guest-get-timezone', readTimeZone, null),
    users: await told('guest-get-users', readUsers, []),
    interfaces: await told('guest-network-get-interfaces', readInterfaces, []),
    filesystems: await told('guest-get-fsinfo', (from, of) => readFilesystems(from, findDisk, of), []),
    cpus: await told('guest-get-vcpus', readCpus, null),
  };
}
