import { expect, test } from 'vitest';
import { type KeyPlatform, keyPlatform, terminalKey } from './terminal-keys.ts';

/** `Ctrl+Shift+C` → what it does. */
function press(keys: string, platform: KeyPlatform = 'linux', hasSelection = false) {
  const parts = keys.split('+').map((part) => part || '+');
  const key = parts.at(-1) ?? '';
  const code = /^[a-zㄱ-ㅎ]$/i.test(key) ? `Key${key === 'ㅊ' ? 'C' : key.toUpperCase()}` : key;
  const has = (name: string) => parts.includes(name);
  return terminalKey(
    { key, code, ctrlKey: has('Ctrl'), shiftKey: has('Shift'), altKey: has('Alt'), metaKey: has('Meta') },
    { platform, hasSelection },
  );
}

test('copy', () => {
  expect(press('Ctrl+Shift+C')).toBe('copy');
  expect(press('Ctrl+Shift+ㅊ')).toBe('copy');
  expect(press('Ctrl+Insert')).toBe('copy');
  expect(press('Meta+c', 'mac')).toBe('copy');
});

test('Ctrl+C interrupts, but copies a selection on Windows', () => {
  expect(press('Ctrl+c')).toBeNull();
  expect(press('Ctrl+c', 'linux', true)).toBeNull();
  expect(press('Ctrl+c', 'mac', true)).toBeNull();
  expect(press('Ctrl+c', 'windows', true)).toBe('copy');
  expect(press('Ctrl+c', 'windows', false)).toBeNull();
});

test('paste is the browser’s own, and ^V only where paste is another key', () => {
  for (const keys of ['Ctrl+v', 'Ctrl+Shift+V', 'Shift+Insert']) expect(press(keys)).toBe('native');
  expect(press('Meta+v', 'mac')).toBe('native');
  expect(press('Ctrl+v', 'mac')).toBeNull();
});

test('search and font size', () => {
  expect(press('Ctrl+f')).toBe('search');
  expect(press('Ctrl+f', 'mac')).toBeNull();
  expect(press('Meta+f', 'mac')).toBe('search');
  expect(press('Ctrl+=')).toBe('larger');
  expect(press('Ctrl+Shift++')).toBe('larger');
  expect(press('Ctrl+-')).toBe('smaller');
  expect(press('Ctrl+0')).toBe('normalSize');
});

test('everything else is the machine’s', () => {
  for (const keys of ['a', 'Ctrl+a', 'Ctrl+d', 'Ctrl+k', 'Ctrl+r', 'Tab', 'Escape', 'F6', 'Alt+f', 'Ctrl+Alt+v', 'Insert', 'Meta+c'])
    expect(press(keys)).toBeNull();
  expect(press('Shift+F6')).toBe('leave');
});

test('platforms by the name that the browser gives', () => {
  expect(['Linux x86_64', 'Win32', 'MacIntel', 'macOS', 'Windows'].map(keyPlatform)).toEqual(['linux', 'windows', 'mac', 'mac', 'windows']);
});
