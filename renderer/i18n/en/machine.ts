/** The machine's page. */
export const machine = {
  'machine.back': 'Back to the list',
} as const;
