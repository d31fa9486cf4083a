import { expect, test } from 'vitest';
import { isSecretName, MASK, maskAssignment, maskSecrets } from './secrets.ts';

test('names that promise a secret', () => {
  for (const name of ['PASSWORD', 'DB_PASSWORD', 'AWS_SECRET_ACCESS_KEY', 'apiKey', 'github-token', 'MYSQL_ROOT_PASSWORD', 'authToken'])
    expect(isSecretName(name), name).toBe(true);
  for (const name of ['PATH', 'MONKEY', 'TOKENIZER_PATH', 'AUTHOR', 'KEYBOARD', 'HOME', 'PASSENGER_COUNT', 'LANG'])
    expect(isSecretName(name), name).toBe(false);
});

test('an environment keeps its names', () => {
  expect(maskAssignment('DB_PASSWORD=hunter2')).toBe(`DB_PASSWORD=${MASK}`);
  expect(maskAssignment('DB_PASSWORD=')).toBe('DB_PASSWORD=');
  expect(maskAssignment('PATH=/usr/bin')).toBe('PATH=/usr/bin');
  expect(maskAssignment('URL=postgres://app:s3cret@db:5432/x?a=b')).toBe(`URL=postgres://app:${MASK}@db:5432/x?a=b`);
});

test('masks at any depth and leaves the rest as it is', () => {
  const raw = { Config: { Env: ['TOKEN=abc', 'A=1'], Labels: { secret: 'x', color: 'teal' } }, Pid: 12, Nothing: null, Ok: true };
  expect(maskSecrets(raw)).toEqual({
    Config: { Env: [`TOKEN=${MASK}`, 'A=1'], Labels: { secret: MASK, color: 'teal' } },
    Pid: 12,
    Nothing: null,
    Ok: true,
  });
  expect(raw.Config.Env[0]).toBe('TOKEN=abc');
});
