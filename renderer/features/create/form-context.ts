import { createContext, useContext } from 'react';
import type { EngineId, MachineId } from '../../../backend/contract/index.ts';
import type { Draft, DraftIssue } from './draft.ts';

/** What every part of the form reads and changes. */
export interface Form {
  draft: Draft;
  change(patch: Partial<Draft>): void;
  issues: readonly DraftIssue[];
  engineId: EngineId;
  /** The container whose place the new one takes. */
  replaces: MachineId | null;
}

const FormContext = createContext<Form | null>(null);
export const FormProvider = FormContext.Provider;

export function useForm(): Form {
  const form = useContext(FormContext);
  if (form === null) throw new Error('FormProvider is missing above this component');
  return form;
}
