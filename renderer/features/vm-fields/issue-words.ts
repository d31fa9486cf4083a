import type { I18n } from '../../i18n/index.ts';
import type { FieldWords } from '../fields/field-words.ts';
import type { HardwareIssue } from './hardware-draft.ts';

/** The sentence of each field that has an issue. */
export function issueWords(t: I18n['t'], issues: readonly HardwareIssue[]): FieldWords['issue'] {
  return (field) => {
    const found = issues.find((issue) => issue.field === field);
    return found === undefined ? null : t(found.message);
  };
}
