import type { Machine } from '../../../backend/contract/index.ts';
import type { I18n } from '../../i18n/index.ts';

const RUNNING = { boot: 'start.booted', clone: 'start.cloned', warm: 'start.warmed', restore: 'start.restored' } as const;
const WAYS = { boot: 'start.way.boot', clone: 'start.way.clone', warm: 'start.way.warm', restore: 'start.way.restore' } as const;
const HELP = { boot: 'start.helpBooted', clone: 'start.helpCloned', warm: 'start.helpWarmed', restore: 'start.helpRestored' } as const;

/**
 * How long the last start took, in parts, and which way it was made. What went into making a disk is in none of the times:
 * where there is room it is said apart.
 */
export function startWords({ startTiming, startWay }: Machine, { t, format }: I18n, options: { preparation: boolean }): string[] {
  // What it cost is not known any more after Catamaran was started anew.
  if (startTiming === null) return startWay === null ? [] : [t(WAYS[startWay])];
  const { preparationMs, runningMs, firstOutputMs } = startTiming;
  return [
    options.preparation && preparationMs > 0 ? t('start.preparation', { timing: format.timing(preparationMs) }) : null,
    runningMs === null
      ? null
      : t(startWay === null ? 'start.running' : RUNNING[startWay], { timing: format.timing(runningMs - preparationMs) }),
    firstOutputMs === null ? null : t('start.firstOutput', { timing: format.timing(firstOutputMs - preparationMs) }),
  ].filter((words) => words !== null);
}

/** What the times mean, which way it was, and what was done once before them. */
export function startHelp({ startTiming, startWay }: Machine, { t, format }: I18n): string {
  const preparationMs = startTiming?.preparationMs ?? 0;
  return [
    startTiming === null ? null : t(preparationMs === 0 ? 'start.help' : 'start.helpPrepared'),
    preparationMs === 0 ? null : t('start.preparation', { timing: format.timing(preparationMs) }),
    startWay === null ? null : t(HELP[startWay]),
  ]
    .filter((words) => words !== null)
    .join('\n');
}
