import { chmod, mkdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary.ts';
import { createPaths, makeFolders } from './paths.ts';

const linux = { platform: 'linux', temporary: '/tmp' } as const;

test('without variables: the defaults of the XDG specification', () => {
  const paths = createPaths({ home: '/home/ann', env: {}, ...linux });
  expect(paths).toMatchObject({
    data: '/home/ann/.local/share/catamaran',
    cache: '/home/ann/.cache/catamaran',
    settingsFile: '/home/ann/.config/catamaran/settings.json',
    logFile: '/home/ann/.local/state/catamaran/catamaran.log',
    run: '/home/ann/.local/share/catamaran/run',
  });
});

test('XDG variables count where they are absolute', () => {
  const env = { XDG_DATA_HOME: '/big/data', XDG_CONFIG_HOME: 'relative', XDG_RUNTIME_DIR: '/run/user/1000' };
  const paths = createPaths({ home: '/home/ann', env, ...linux });
  expect(paths.vms).toBe('/big/data/catamaran/vms');
  expect(paths.config).toBe('/home/ann/.config/catamaran');
  // Machines outlive the login session, and XDG_RUNTIME_DIR does not.
  expect(paths.run).toBe('/big/data/catamaran/run');
});

test('CATAMARAN_HOME holds everything', () => {
  const paths = createPaths({ home: '/home/ann', env: { CATAMARAN_HOME: '/tmp/ct', XDG_DATA_HOME: '/big' }, ...linux });
  expect(Object.values(paths).filter((path) => !path.startsWith('/tmp/ct'))).toEqual([]);
});

test('sockets stay short: a long data folder has its run folder elsewhere, always the same one', () => {
  const at = (folder: string) => createPaths({ home: '/home/ann', env: { CATAMARAN_HOME: `/mnt/${folder}` }, ...linux });
  const paths = at('x'.repeat(90));
  expect(paths.run).toMatch(/^\/tmp\/catamaran-[0-9a-f]{12}$/);
  expect(at('x'.repeat(90)).run).toBe(paths.run);
  expect(at('y'.repeat(90)).run).not.toBe(paths.run);
  expect(Buffer.byteLength(join(at('x'.repeat(51)).vmSockets, 'x'.repeat(24), 'console.sock'))).toBeLessThan(103);
});

test('other platforms have their own places', () => {
  expect(createPaths({ home: '/Users/ann', env: {}, platform: 'darwin', temporary: '/tmp' }).historyFile).toBe(
    '/Users/ann/Library/Application Support/catamaran/history.sqlite',
  );
  expect(createPaths({ home: 'C:\\Users\\ann', env: {}, platform: 'win32', temporary: 'C:\\T' }).settingsFile).toBe(
    'C:\\Users\\ann\\AppData\\Roaming\\catamaran\\settings.json',
  );
});

test('the folders are private, also one that was there', async () => {
  await using folder = await temporaryFolder();
  const paths = createPaths({ home: '/', env: { CATAMARAN_HOME: join(folder.path, 'home') } });
  await mkdir(paths.run, { recursive: true });
  await chmod(paths.run, 0o755);
  await makeFolders(paths);
  await makeFolders(paths);
  expect((await stat(paths.run)).mode & 0o777).toBe(0o700);
  expect((await stat(paths.config)).mode & 0o777).toBe(0o700);
});

test('a run folder that another user could have placed is refused', async () => {
  await using folder = await temporaryFolder();
  const home = join(folder.path, 'home');
  const paths = createPaths({ home: '/', env: { CATAMARAN_HOME: home } });
  await mkdir(home);
  await mkdir(join(folder.path, 'elsewhere'));
  await symlink(join(folder.path, 'elsewhere'), paths.run);
  await expect(makeFolders(paths)).rejects.toMatchObject({ reason: 'fileDenied' });
});
