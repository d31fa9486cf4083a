import type { HealthReport } from '../../contract/index.ts';
import type { HealthFacet } from '../events.ts';
import type { Containers } from './containers.ts';
import type { ContainerInspect } from './engine-api.ts';
import { timeOf } from './machines.ts';

const NANOSECONDS_PER_MS = 1e6;

export function createHealth({ containers }: { containers: Containers }): HealthFacet {
  return { read: async (id, signal) => toHealthReport(await containers.inspect(id, signal)) };
}

export function toHealthReport(container: ContainerInspect): HealthReport | null {
  const command = healthCommand(container);
  if (command === null) return null;
  const { Interval, Timeout, Retries } = container.Config.Healthcheck ?? {};
  const { Health: health } = container.State;
  const status = health?.Status;
  return {
    status: status === 'healthy' || status === 'unhealthy' ? status : 'starting',
    failingStreak: health?.FailingStreak ?? 0,
    command,
    intervalMs: durationOf(Interval),
    timeoutMs: durationOf(Timeout),
    retries: Retries || null,
    outputs: (health?.Log ?? [])
      .map(({ Start, End, ExitCode, Output }) => ({
        startedAtMs: timeOf(Start),
        endedAtMs: timeOf(End),
        exitCode: ExitCode,
        output: Output,
      }))
      .reverse(),
  };
}

/** Null without a check, or where it was switched off. */
export function healthCommand(container: ContainerInspect): string[] | null {
  const [form, ...words] = container.Config.Healthcheck?.Test ?? [];
  return form === undefined || form === 'NONE' || words.length === 0 ? null : words;
}

/** Null: the engine's own default. */
function durationOf(nanoseconds: number | undefined): number | null {
  return nanoseconds ? nanoseconds / NANOSECONDS_PER_MS : null;
}
