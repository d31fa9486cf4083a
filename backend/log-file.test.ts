import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary.ts';
import { openLogFile } from './log-file.ts';

test('lines are appended to a private file, and a full one makes room', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'state', 'app.log');
  {
    using log = openLogFile(file);
    log.write('first\n');
  }
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  using log = openLogFile(file);
  log.write('second\n');
  expect(await readFile(file, 'utf8')).toBe('first\nsecond\n');
  log.write('x'.repeat(10 * 1024 * 1024));
  log.write('third\n');
  expect(await readFile(file, 'utf8')).toBe('third\n');
  expect((await stat(`${file}.1`)).size).toBeGreaterThan(10 * 1024 * 1024);
});
