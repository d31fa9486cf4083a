import { AppError, isAbort, type Logger, messageOf } from '../../core/index.ts';
import type { Connection } from './connection.ts';

/** As container engines do: the stop signal, ten seconds, then the end. */
const STOP_GRACE_MS = 10_000;
const KILL_GRACE_MS = 2000;
const QUIT_LIMIT_MS = 5000;
/** An emulated system takes its time. */
const SHUTDOWN_LIMIT_MS = 90_000;
const SIGKILL = 9;
/** The agent's word for the signal that the image names. */
const STOP_SIGNAL = 0;

/** A machine that is to end. */
export interface Ending {
  name: string;
  connection: Connection;
  isPaused: boolean;
  /** Whether it ended in time. */
  ended(limitMs: number, signal: AbortSignal): Promise<boolean>;
  /** Called before QEMU is ended from outside, so that its end is no surprise. */
  onQuit(): void;
  killProcess(signal: AbortSignal): Promise<void>;
  logger: Logger;
}

/** The image's stop signal, then SIGKILL to the workload, then QEMU's end. */
export async function stopGuest(ending: Ending, signal: AbortSignal): Promise<void> {
  if (ending.isPaused) await ending.connection.qmp.execute('cont', {}, signal);
  if (await signalGuest(ending, { number: STOP_SIGNAL, graceMs: STOP_GRACE_MS }, signal)) return;
  if (await signalGuest(ending, { number: SIGKILL, graceMs: KILL_GRACE_MS }, signal)) return;
  await quit(ending, signal);
}

/**
 * By its agent, where one answers, and else as its power button would: its system shuts down, or it does not. `byAgent` says
 * whether the agent was asked. @throws AppError `guestIgnoresShutdown`
 */
export async function shutDownSystem(
  ending: Ending & { byAgent: (signal: AbortSignal) => Promise<boolean> },
  signal: AbortSignal,
): Promise<void> {
  const { qmp } = ending.connection;
  if (ending.isPaused) await qmp.execute('cont', {}, signal);
  if ((await ending.byAgent(signal)) && (await ending.ended(SHUTDOWN_LIMIT_MS, signal))) return;
  await qmp.execute('system_powerdown', {}, signal);
  if (await ending.ended(SHUTDOWN_LIMIT_MS, signal)) return;
  throw new AppError('guestIgnoresShutdown', { name: ending.name, seconds: SHUTDOWN_LIMIT_MS / 1000 });
}

/** The workload is killed, so that its files are written; a guest that does not answer is ended as a whole. */
export async function killGuest(ending: Ending, signal: AbortSignal): Promise<void> {
  if (!ending.isPaused && (await signalGuest(ending, { number: SIGKILL, graceMs: KILL_GRACE_MS }, signal))) return;
  await quit(ending, signal);
}

/** Ends QEMU at once, as a power cut would. */
export async function quit(ending: Ending, signal: AbortSignal): Promise<void> {
  ending.onQuit();
  await ending.connection.qmp.execute('quit', {}, signal).catch((error: unknown) => {
    if (isAbort(error)) throw error;
    // It may close the socket before it answers; whether it has ended is seen below.
  });
  if (await ending.ended(QUIT_LIMIT_MS, signal)) return;
  await ending.killProcess(signal);
  await ending.ended(QUIT_LIMIT_MS, signal);
}

async function signalGuest(ending: Ending, of: { number: number; graceMs: number }, signal: AbortSignal): Promise<boolean> {
  const { agent } = ending.connection;
  if (agent === null) return false;
  try {
    await agent.signal(of.number, signal);
  } catch (error) {
    if (isAbort(error)) throw error;
    // It may end before it answers; a guest that hangs never does.
    if (await ending.ended(0, signal)) return true;
    ending.logger.info('a guest does not answer', { error: messageOf(error) });
    return false;
  }
  return await ending.ended(of.graceMs, signal);
}
