import type { machine as en } from '../en/machine.ts';
import type { Translation } from '../message.ts';

export const machine: Translation<typeof en> = {
  'machine.back': '목록으로',
};
