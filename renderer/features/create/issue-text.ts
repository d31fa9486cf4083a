import type { I18n } from '../../i18n/index.ts';
import type { IssueReason } from './draft.ts';

/** What is wrong, and what to do. */
export function issueText(
  t: I18n['t'],
  { reason, params, text = '' }: { reason: IssueReason; params: Record<string, string>; text?: string },
): string {
  return (t as (key: string, params: Record<string, string>) => string)(`create.issue.${reason}`, { text, ...params });
}
