import type { Machine } from '../../../backend/contract/index.ts';
import type { I18n } from '../../i18n/index.ts';

const RUNNING = {
  power: 'start.switchedOn',
  boot: 'start.booted',
  clone: 'start.cloned',
  warm: 'start.warmed',
  restore: 'start.restored',
} as const;
const WAYS = {
  power: 'start.way.power',
  boot: 'start.way.boot',
  clone: 'start.way.clone',
  warm: 'start.way.warm',
  restore: 'start.way.restore',
} as const;
const HELP = {
  power: 'start.helpSwitchedOn',
  boot: 'start.helpBooted',
  clone: 'start.helpCloned',
  warm: 'start.helpWarmed',
  restore: 'start.helpRestored',
} as const;

/** A system boots by itself: all that is known is that it was switched on. */
function wayOf({ startWay, vm }: Machine): keyof typeof RUNNING | null {
  return startWay === 'boot' && vm?.guest === 'system' ? 'power' : startWay;
}

/**
 * How long the last start took, in parts, and which way it was made. What went into making a disk is in none of the times:
 * where there is room it is said apart.
 */
export function startWords(machine: Machine, { t, format }: I18n, options: { preparation: boolean }): string[] {
  const { startTiming } = machine;
  const way = wayOf(machine);
  // Catamaran ended before it had started, or it was started by something else.
  if (startTiming === null) return way === null ? [] : [t(WAYS[way])];
  const { preparationMs, runningMs, firstOutputMs } = startTiming;
  return [
    options.preparation && preparationMs > 0 ? t('start.preparation', { timing: format.timing(preparationMs) }) : null,
    runningMs === null ? null : t(way === null ? 'start.running' : RUNNING[way], { timing: format.timing(runningMs - preparationMs) }),
    firstOutputMs === null ? null : t('start.firstOutput', { timing: format.timing(firstOutputMs - preparationMs) }),
  ].filter((words) => words !== null);
}

/** What the times mean, which way it was, and what was done once before them. */
export function startHelp(machine: Machine, { t, format }: I18n): string {
  const { startTiming } = machine;
  const way = wayOf(machine);
  const preparationMs = startTiming?.preparationMs ?? 0;
  return [
    startTiming === null ? null : t(preparationMs === 0 ? 'start.help' : 'start.helpPrepared'),
    preparationMs === 0 ? null : t('start.preparation', { timing: format.timing(preparationMs) }),
    way === null ? null : t(HELP[way]),
  ]
    .filter((words) => words !== null)
    .join('\n');
}
