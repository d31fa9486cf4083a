import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { packCpio } from './cpio.ts';
import { type GuestConfig, packGuestConfig, signalNumber } from './guest-config.ts';

/** By somebody else's cpio. */
function unpack(archive: Buffer, folder: string): void {
  mkdirSync(folder);
  execFileSync('/bin/busybox', ['cpio', '-idm'], { cwd: folder, input: archive, stdio: ['pipe', 'ignore', 'ignore'] });
}

describe('an archive', () => {
  test('is read by another cpio: folders, modes, empty and odd contents', async () => {
    await using folder = await temporaryFolder();
    const content = Buffer.from([0, 10, 255, 7, 3]);
    const archive = packCpio([
      { path: 'modules', mode: 0o755 },
      { path: 'modules/a.ko', mode: 0o640, content },
      { path: 'init', mode: 0o755, content: Buffer.alloc(0) },
    ]);
    expect(archive.length % 4).toBe(0);
    const out = join(folder.path, 'out');
    unpack(archive, out);
    expect(readdirSync(out).toSorted()).toEqual(['init', 'modules']);
    expect(readFileSync(join(out, 'modules/a.ko')).equals(content)).toBe(true);
    expect(statSync(join(out, 'modules/a.ko')).mode & 0o777).toBe(0o640);
  });
});

describe('a guest’s configuration', () => {
  const config: GuestConfig = {
    hostname: 'web-1',
    argv: ['/bin/sh', '-c', 'echo "a  b"; echo \'$HOME\'\nnext'],
    env: ['EMPTY=', 'QUOTED="x=y"', '이름=값'],
    workingDir: '',
    mac: '525400a1b2c3',
    machineId: '0123456789abcdef0123456789abcdef',
    volumes: ['/data', '/var/lib/x'],
    user: '1000:2000',
    stopSignal: 3,
    timeMs: 1_795_324_146_687.4,
    processes: null,
    seed: Buffer.alloc(64, 7),
  };

  async function pairs(of: GuestConfig): Promise<[string, string][]> {
    await using folder = await temporaryFolder();
    const out = join(folder.path, 'out');
    unpack(packGuestConfig(of), out);
    const fields = readFileSync(join(out, 'config'), 'utf8').split('\0');
    expect(fields.pop()).toBe('');
    return fields.flatMap((key, index) => (index % 2 === 0 ? [[key, fields[index + 1] as string] as [string, string]] : []));
  }

  test('holds every argument and variable as it is, in order', async () => {
    const all = await pairs(config);
    expect(all.filter(([key]) => key === 'arg').map(([, value]) => value)).toEqual(config.argv);
    expect(all.filter(([key]) => key === 'env').map(([, value]) => value)).toEqual(config.env);
    expect(Object.fromEntries(all)).toMatchObject({
      workdir: '/',
      user: '1000:2000',
      'stop-signal': '3',
      'time-ms': '1795324146687',
      processes: '0',
    });
  });

  test('any text but NUL survives', async () => {
    const text = fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 5 }), async (argv) => {
        const all = await pairs({ ...config, argv });
        expect(all.filter(([key]) => key === 'arg').map(([, value]) => value)).toEqual(argv);
      }),
      { numRuns: 15 },
    );
  });

  test('an argument with a NUL in it is refused, as the kernel would', () => {
    expect(() => packGuestConfig({ ...config, argv: ['a\0b'] })).toThrow(expect.objectContaining({ reason: 'invalidInput' }));
  });

  test('a stop signal is known by name, by number, and by its distance from the first real-time one', () => {
    expect(['SIGQUIT', 'quit', '3', 'SIGRTMIN+3', null, '', 'SIGNONSENSE', '99'].map(signalNumber)).toEqual([3, 3, 3, 37, 15, 15, 15, 15]);
  });
});
