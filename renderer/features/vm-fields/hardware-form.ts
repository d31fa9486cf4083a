import { createContext, useContext } from 'react';
import type { VmAbilities } from '../../../backend/contract/index.ts';
import type { HardwareDraft } from './hardware-draft.ts';

/** What the fields of a machine’s hardware read and change, in the form that has them. */
export interface HardwareForm {
  draft: HardwareDraft;
  change(patch: Partial<HardwareDraft>): void;
  abilities: VmAbilities;
}

const FormContext = createContext<HardwareForm | null>(null);
export const HardwareFormProvider = FormContext.Provider;

export function useHardwareForm(): HardwareForm {
  const form = useContext(FormContext);
  if (form === null) throw new Error('HardwareFormProvider is missing above this component');
  return form;
}
