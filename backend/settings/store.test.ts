import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary.ts';
import { silentLogger } from '../core/index.ts';
import { migrate } from './migrations.ts';
import { openSettings } from './store.ts';

const never = new AbortController().signal;
const open = (file: string) => openSettings({ file, logger: silentLogger }, never);

test('no file: the defaults, and nothing is written before something is set', async () => {
  await using folder = await temporaryFolder();
  const store = await open(join(folder.path, 'settings.json'));
  expect(store.value).toMatchObject({ version: 2, theme: 'system', terminalFontSizePx: 13 });
  expect(store.problem).toBeNull();
  expect(await readdir(folder.path)).toEqual([]);
});

test('what is set is there after a restart, for its owner only', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'config', 'settings.json');
  const store = await open(file);
  expect(await store.update({ theme: 'dark', language: undefined })).toMatchObject({ theme: 'dark', language: 'system' });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await open(file)).value).toEqual(store.value);
  expect(await readdir(join(folder.path, 'config'))).toEqual(['settings.json']);
});

test('quick updates are all kept, and told in order', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'settings.json');
  const store = await open(file);
  await Promise.all([store.update({ theme: 'dark' }), store.update({ density: 'compact' }), store.update({ terminalFontSizePx: 20 })]);
  expect(store.value).toMatchObject({ theme: 'dark', density: 'compact', terminalFontSizePx: 20 });
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(store.value);
});

test('an update that is not valid changes nothing, and does not block the next', async () => {
  await using folder = await temporaryFolder();
  const store = await open(join(folder.path, 'settings.json'));
  await expect(store.update({ terminalFontSizePx: 4000 })).rejects.toThrow();
  expect(store.value.terminalFontSizePx).toBe(13);
  expect(await store.update({ theme: 'light' })).toMatchObject({ theme: 'light' });
});

test('watchers see the present value, then the changes', async () => {
  await using folder = await temporaryFolder();
  const store = await open(join(folder.path, 'settings.json'));
  const controller = new AbortController();
  const themes: string[] = [];
  for await (const { theme } of store.watch(controller.signal)) {
    themes.push(theme);
    if (themes.length === 1) await store.update({ theme: 'dark' });
    else controller.abort();
  }
  expect(themes).toEqual(['system', 'dark']);
});

test.each([
  ['no JSON', '{"theme": dark'],
  ['a value that does not exist', '{"version": 1, "theme": "plaid"}'],
  ['no object', '[]'],
  ['a newer version', '{"version": 99}'],
])('%s: the file is kept beside, the defaults are used, and it can be shown', async (_, text) => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'settings.json');
  await writeFile(`${file}.unreadable`, 'an older one');
  await writeFile(file, text);
  const store = await open(file);
  expect(store.value.theme).toBe('system');
  expect(store.problem).toMatchObject({ reason: 'settingsUnreadable', params: { path: file, backup: `${file}.unreadable-2` } });
  expect(await readFile(`${file}.unreadable-2`, 'utf8')).toBe(text);
  await store.update({ theme: 'dark' });
  expect((await open(file)).problem).toBeNull();
});

test('migrations lead from any older version to the present one, step by step', () => {
  const migrations = {
    1: ({ dark, ...rest }: Record<string, unknown>) => ({ ...rest, theme: dark === true ? 'dark' : 'light' }),
    2: (stored: Record<string, unknown>) => ({ ...stored, density: 'normal' }),
  };
  expect(migrate({ dark: true }, migrations, 3)).toEqual({ version: 3, theme: 'dark', density: 'normal' });
  expect(migrate({ version: 2, theme: 'x' }, migrations, 3)).toEqual({ version: 3, theme: 'x', density: 'normal' });
  expect(() => migrate({ version: 4 }, migrations, 3)).toThrow('newer');
  expect(() => migrate({ version: 0 }, migrations, 3)).toThrow('version');
});
