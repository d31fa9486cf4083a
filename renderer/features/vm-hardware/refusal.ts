import type { I18n } from '../../i18n/index.ts';

/** Why a change cannot be made now; null: it can. */
export function refusalOf(
  t: I18n['t'],
  { busy, wrong = false, same = false }: { busy: boolean; wrong?: boolean; same?: boolean },
): string | null {
  if (busy) return t('vmMake.busy');
  if (wrong) return t('vmMake.wrong');
  return same ? t('vmMake.unchanged') : null;
}
