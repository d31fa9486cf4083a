import { type Problem, type StartTiming, startTiming, type WayStarted, wayStarted } from '../../contract/index.ts';
import { guestProblem } from './errors.ts';
import { record } from './qmp.ts';

/** What a guest's kernel says when it is up. */
export type GuestReady = Pick<Run, 'kernelRelease' | 'hasShell'>;

/** What is known of a machine's last run. */
export interface Run {
  launchedAtMs: number | null;
  way: WayStarted | null;
  /** Key of the template that it went on from. */
  template: string | null;
  /** So much of the log was written before that template was kept. */
  logBytes: number;
  /** Release of the guest's kernel. */
  kernelRelease: string | null;
  hasShell: boolean | null;
  startedAtMs: number | null;
  exitCode: number | null;
  problem: Problem | null;
}

export const NO_RUN: Run = {
  launchedAtMs: null,
  way: null,
  template: null,
  logBytes: 0,
  kernelRelease: null,
  hasShell: null,
  startedAtMs: null,
  exitCode: null,
  problem: null,
};

/** Lines of `events.jsonl`: written by us (`launched`, and `exited` when we ended it) and by the guest's init (assets/guest/init/events.c). */
export function readRun(text: string): Run {
  let run = NO_RUN;
  for (const line of text.split('\n')) {
    try {
      run = applyEvent(run, record(JSON.parse(line)));
    } catch {
      // Empty, or cut off: QEMU was killed while it wrote.
    }
  }
  return run;
}

/** What is there of the last run: who follows a file that we wrote anew has read its beginning more than once. */
export function lastBook(text: string): string {
  return text.slice(Math.max(0, text.lastIndexOf('{"event":"launched"')));
}

function applyEvent(run: Run, event: Record<string, unknown>): Run {
  const timeMs = typeof event.timeMs === 'number' ? event.timeMs : null;
  switch (event.event) {
    case 'launched':
      return {
        ...NO_RUN,
        launchedAtMs: timeMs,
        way: wayStarted.catch('boot').parse(event.way),
        template: typeof event.template === 'string' ? event.template : null,
        logBytes: typeof event.logBytes === 'number' ? event.logBytes : 0,
      };
    case 'ready':
      return { ...run, kernelRelease: String(event.kernelRelease), hasShell: event.shell === true };
    case 'started':
      return { ...run, startedAtMs: timeMs };
    case 'exited':
      return { ...run, exitCode: typeof event.exitCode === 'number' ? event.exitCode : null };
    case 'failed':
      return { ...run, problem: guestProblem(String(event.reason), String(event.message)) };
    default:
      return run;
  }
}

/** What a run's start took stands in a file of its own: while a workload runs its book is its guest's to write. */
export function formatTiming(timing: StartTiming, { launchedAtMs }: Pick<Run, 'launchedAtMs'>): string {
  return `${JSON.stringify({ launchedAtMs, ...timing })}\n`;
}

/** Null when it is not there, or is of another run. */
export function parseTiming(text: string, { launchedAtMs }: Pick<Run, 'launchedAtMs'>): StartTiming | null {
  try {
    const kept = record(JSON.parse(text));
    return kept.launchedAtMs === launchedAtMs ? startTiming.parse(kept) : null;
  } catch {
    return null;
  }
}

export function formatReady(timeMs: number, { kernelRelease, hasShell }: GuestReady): string {
  return kernelRelease === null ? '' : formatEvent('ready', { timeMs, kernelRelease, shell: hasShell });
}

export function formatEvent(event: string, fields: { timeMs: number } & Record<string, unknown>): string {
  return `${JSON.stringify({ event, ...fields })}\n`;
}
