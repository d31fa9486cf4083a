/** Keys that the browser or the desktop keeps for itself, by their names in the UI Events standard. */
export const CHORDS: readonly { label: string; codes: readonly string[] }[] = [
  { label: 'Ctrl + Alt + Delete', codes: ['ControlLeft', 'AltLeft', 'Delete'] },
  { label: 'Ctrl + Alt + Backspace', codes: ['ControlLeft', 'AltLeft', 'Backspace'] },
  ...Array.from({ length: 12 }, (_, index) => ({
    label: `Ctrl + Alt + F${index + 1}`,
    codes: ['ControlLeft', 'AltLeft', `F${index + 1}`],
  })),
  { label: 'Alt + Tab', codes: ['AltLeft', 'Tab'] },
  { label: 'Alt + F4', codes: ['AltLeft', 'F4'] },
  { label: 'Super', codes: ['MetaLeft'] },
  { label: 'Print Screen', codes: ['PrintScreen'] },
  { label: 'Shift + F6', codes: ['ShiftLeft', 'F6'] },
];
