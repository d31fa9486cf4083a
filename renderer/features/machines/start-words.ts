import type { Machine } from '../../../backend/contract/index.ts';
import type { I18n } from '../../i18n/index.ts';

/** How long the last start took, in parts. What went into making a disk is said apart and is in none of the other times. */
export function startWords({ startTiming }: Machine, { t, format }: I18n): string[] {
  if (startTiming === null) return [];
  const { preparationMs, runningMs, firstOutputMs } = startTiming;
  return [
    preparationMs > 0 ? t('start.preparation', { timing: format.timing(preparationMs) }) : null,
    runningMs === null ? null : t('start.running', { timing: format.timing(runningMs - preparationMs) }),
    firstOutputMs === null ? null : t('start.firstOutput', { timing: format.timing(firstOutputMs - preparationMs) }),
  ].filter((words) => words !== null);
}
