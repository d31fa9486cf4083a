import { FieldText } from '../fields/Field.tsx';
import type { HardwareDraft } from './hardware-draft.ts';
import { useHardwareForm } from './hardware-form.ts';

type TextKey = {
  [Key in keyof HardwareDraft]: HardwareDraft[Key] extends string ? (string extends HardwareDraft[Key] ? Key : never) : never;
}[keyof HardwareDraft];

/** A part of the hardware that is written as a text. */
export function HardwareText(props: {
  of: TextKey;
  label: string;
  placeholder?: string;
  numeric?: boolean;
  wide?: boolean;
  list?: string;
  /** Its name among the form’s, where that is another. */
  field?: string;
}) {
  const { draft, change } = useHardwareForm();
  const { of, field = of, numeric = false, ...rest } = props;
  return (
    <FieldText
      {...rest}
      field={field}
      inputMode={numeric ? 'numeric' : undefined}
      value={draft[of]}
      onText={(text) => change({ [of]: text })}
    />
  );
}
