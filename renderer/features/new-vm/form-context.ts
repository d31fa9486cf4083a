import { createContext, useContext } from 'react';
import type { EngineId } from '../../../backend/contract/index.ts';
import type { HardwareForm } from '../vm-fields/hardware-form.ts';
import type { VmDraft } from './draft.ts';

/** What every part of the form reads and changes. */
export interface VmForm extends HardwareForm {
  draft: VmDraft;
  change(patch: Partial<VmDraft>): void;
  replace(draft: VmDraft): void;
  engineId: EngineId;
}

const FormContext = createContext<VmForm | null>(null);
export const VmFormProvider = FormContext.Provider;

export function useVmForm(): VmForm {
  const form = useContext(FormContext);
  if (form === null) throw new Error('VmFormProvider is missing above this component');
  return form;
}
