import { expect, test } from 'vitest';
import { type MachineEvent, machineEventKind } from '../../../../backend/contract/index.ts';
import { createI18n } from '../../../i18n/index.ts';
import { eventWords } from './event-words.ts';

const event = (kind: MachineEvent['kind'], more: Partial<MachineEvent> = {}): MachineEvent => ({
  timeMs: 0,
  kind,
  exitCode: null,
  detail: null,
  ...more,
});

test('every event has words in every language, with and without its detail', () => {
  for (const i18n of [createI18n('en'), createI18n('ko')]) {
    for (const kind of machineEventKind.options) {
      for (const detail of [null, 'x']) expect(eventWords(event(kind, { detail }), i18n)).not.toMatch(/^events\.|\{/);
    }
  }
});

test('a signal is told by its name', () => {
  const i18n = createI18n('en');
  expect(eventWords(event('signalled', { detail: '15' }), i18n)).toContain('SIGTERM');
  expect(eventWords(event('ended', { exitCode: 137 }), i18n)).toBe('Ended with 137');
});
