import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { AppError } from '../core/index.ts';
import { cancelled, commandMissing, fileError } from './host-errors.ts';
import { osName } from './os-release.ts';

test('a missing command names the Debian package that has it, which is often not its own name', () => {
  expect(commandMissing('/sbin/mke2fs', 'boat').problem).toMatchObject({
    code: 'unsupported',
    params: { package: 'e2fsprogs', host: 'boat' },
  });
  expect(commandMissing('genext2fs', 'boat').problem.params.package).toBe('genext2fs');
});

test('a full disk says how much room is needed', async () => {
  const full = await writeFile('/dev/full', 'x').catch((error: unknown) => error);
  expect(fileError(full, '/data/disk', 3 * 1024 * 1024 + 1).problem).toMatchObject({
    code: 'noSpace',
    params: { path: '/data/disk', neededMiB: 4 },
  });
});

test('an abort keeps the reason that it was given as an AppError', () => {
  const reason = new AppError('timedOut', { what: 'It', seconds: 5 });
  expect(cancelled(AbortSignal.abort(reason))).toBe(reason);
  expect(cancelled(AbortSignal.abort()).code).toBe('cancelled');
});

test('the name of the operating system, quoted or not', () => {
  expect(osName('ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')).toBe('Debian GNU/Linux 12 (bookworm)');
  expect(osName('PRETTY_NAME=Alpine\n')).toBe('Alpine');
  expect(osName(String.raw`PRETTY_NAME="The \"best\""`)).toBe('The "best"');
  expect(osName('')).toBeNull();
});
