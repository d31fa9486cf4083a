import type { Machine } from '../../../contract/index.ts';
import { AppError, isAbort } from '../../../core/index.ts';
import type { Agent } from '../agent.ts';
import type { Connection } from '../connection.ts';
import { record } from '../qmp.ts';
import type { GuestAgent } from './guest-agent.ts';
import { setTime, shutDown } from './guest-commands.ts';

/** Of the port's character device, in system-arguments.ts. */
const CHARDEV = 'qga';

/** What is asked of a machine before its guest is asked for anything. */
interface Inhabited {
  readonly machine: Pick<Machine, 'name' | 'state'>;
  readonly connection: Connection | null;
  readonly isPaused: boolean;
  readonly isSystem: boolean;
}

/** For what needs an answer. @throws AppError machineWrongState, guestAgentSilent */
export async function agentOf(vm: Inhabited, action: string, signal: AbortSignal): Promise<GuestAgent> {
  const { connection, isPaused } = vm;
  const { name, state } = vm.machine;
  // A paused guest would be waited for.
  if (connection === null || isPaused) throw new AppError('machineWrongState', { name, state, action });
  const { guestAgent } = connection;
  if (guestAgent === null || !(await portIsOpen(vm, signal))) throw new AppError('guestAgentSilent');
  return guestAgent;
}

/** Catamaran's own agent, in workloads; null for systems. @throws AppError machineWrongState */
export function initOf(vm: Inhabited, action: string): Agent | null {
  if (vm.isSystem) return null;
  const { name, state } = vm.machine;
  if (vm.connection === null || vm.isPaused) throw new AppError('machineWrongState', { name, state, action });
  return vm.connection.agent;
}

/** Whether something in the guest has opened the agent's port: to one that nobody has, nobody answers. */
export async function portIsOpen({ connection }: Inhabited, signal: AbortSignal): Promise<boolean> {
  const devices = await connection?.qmp.execute('query-chardev', {}, signal);
  return Array.isArray(devices) && devices.some((device) => record(device).label === CHARDEV && record(device)['frontend-open'] === true);
}

/** False when no agent is there to be asked, or it does not do that. */
export async function shutDownByAgent(vm: Inhabited, signal: AbortSignal): Promise<boolean> {
  try {
    await shutDown(await agentOf(vm, 'stop', signal), 'powerdown', signal);
    return true;
  } catch (error) {
    if (isAbort(error) && signal.aborted) throw error;
    return false;
  }
}

/** A system whose processors stood still is behind; without an agent it finds that out by itself, or not at all. */
export async function setSystemTime(vm: Inhabited, timeMs: number, signal: AbortSignal): Promise<void> {
  const { connection } = vm;
  if (connection?.guestAgent == null || !(await portIsOpen(vm, signal))) return;
  await setTime(connection.guestAgent, timeMs, signal);
}
