import { expect, test } from 'vitest';
import { AppError, createLogger, isAbort, Scope, systemClock, toAppError } from './index.ts';

test('an AppError carries its code, its sentence and foreign words apart', () => {
  const error = new AppError(
    'portTaken',
    { port: 8080, owner: 'nginx (pid 4121)', next: 8081 },
    { detail: 'bind: address already in use' },
  );
  expect(error.code).toBe('conflict');
  expect(error.message).toBe('Port 8080 is taken by nginx (pid 4121). Use 8081?');
  expect(error.problem.detail).toBe('bind: address already in use');
});

test('aborts become cancelled, what was not foreseen becomes internal', () => {
  const abort = new AbortController();
  abort.abort();
  expect(toAppError(abort.signal.reason).code).toBe('cancelled');
  expect(toAppError(new TypeError('x is not a function')).code).toBe('internal');
  expect(isAbort(new AppError('cancelled'))).toBe(true);
  expect(isAbort(new AppError('imageMissing', { image: 'a' }))).toBe(false);
});

test('the log has no secrets, wherever they stand', () => {
  const lines: string[] = [];
  const logger = createLogger({ write: (line) => lines.push(line), level: 'info', now: () => 0 }).child({ host: 'a' });
  logger.info('opened http://127.0.0.1:7310/?token=abcdef', {
    password: 'hunter2',
    nested: { apiToken: 'xyz' },
    url: 'https://me:pw@host/',
  });
  logger.debug('not written');
  logger.error('failed', { error: new Error('Bearer abc.def.ghi refused') });
  const text = lines.join('');
  for (const secret of ['abcdef', 'hunter2', 'xyz', 'me:pw', 'abc.def.ghi']) expect(text).not.toContain(secret);
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'info', host: 'a', time: '1970-01-01T00:00:00.000Z' });
});

test('a scope ends its work before it is gone, and reports what failed but not what was ended', async () => {
  const errors: unknown[] = [];
  let ended = false;
  {
    await using scope = new Scope((error) => errors.push(error));
    scope.run(async (signal) => {
      try {
        await systemClock.sleep(1e9, signal);
      } finally {
        ended = true;
      }
    });
    scope.run(async () => {
      throw new Error('broken');
    });
  }
  expect(ended).toBe(true);
  expect(errors).toEqual([new Error('broken')]);
});
