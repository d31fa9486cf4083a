import { createContext, useContext } from 'react';

/** What a form says of its fields, each by its name; a row's is the field's with the row's number behind a dot. */
export interface FieldWords {
  /** What is wrong with it, and what to do; null: nothing. */
  issue(field: string): string | null;
  /** What else there is to know of it; null: nothing. */
  note(field: string): string | null;
}

const SILENT: FieldWords = { issue: () => null, note: () => null };

const Words = createContext<FieldWords>(SILENT);
export const FieldWordsProvider = Words.Provider;

export function useFieldWords(): FieldWords {
  return useContext(Words);
}
