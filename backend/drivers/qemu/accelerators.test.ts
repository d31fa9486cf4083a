import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { type Clock, silentLogger, systemClock } from '../../core/index.ts';
import { createLocalHost } from '../../hosts/local.ts';
import { tryAccelerators } from './accelerators.ts';

const never = new AbortController().signal;
/** Limits pass in a tenth of their time. */
const hasty: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 10, signal) };

/** In the place of QEMU: a process whose guest runs under emulation, stands still on KVM, and is refused on HVF. */
const QEMU = `#!/bin/sh
case "$*" in
  *help) printf 'Accelerators supported in QEMU binary:\\nkvm\\nhvf\\ntcg\\nqtest\\n'; exit ;;
  *tcg*) echo tcg >> "$0.starts"; echo 'catamaran trial 2000.500 MHz processor' ;;
  *hvf*) echo hvf >> "$0.starts"; echo 'qemu: no access to HVF' >&2; exit 1 ;;
  *kvm*) echo kvm >> "$0.starts"; echo $$ > "$0.hangs"; exec sleep 1000 ;;
esac
`;

test('a KVM that hangs is given up and ended, is not tried again, and guests are emulated', async () => {
  await using folder = await temporaryFolder();
  await using host = createLocalHost({ logger: silentLogger });
  const binary = join(folder.path, 'qemu');
  await writeFile(binary, QEMU, { mode: 0o755 });
  const options = { host, binary, version: '7.2', kernel: '/kernel', initrd: '/initrd', cacheDir: folder.path, clock: hasty };
  const starts = async () => (await readFile(`${binary}.starts`, 'utf8')).trim().split('\n');

  const { name, tscKhz, trials } = await tryAccelerators(options, never);
  expect({ name, tscKhz }).toEqual({ name: 'tcg', tscKhz: 2_000_500 });
  const noteOf = (one: string) => trials.find((trial) => trial.name === one)?.note;
  expect(noteOf('kvm')).toBe('it is there, but a guest on it made no progress in 4 s');
  expect(noteOf('hvf')).toContain('no access to HVF');
  const pid = Number(await readFile(`${binary}.hangs`, 'utf8'));
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');

  // What hung would cost as long again; what was refused costs nothing, and may be allowed by now.
  expect((await tryAccelerators(options, never)).name).toBe('tcg');
  expect(await starts()).toEqual(['tcg', 'kvm', 'hvf', 'hvf']);
  // Another kernel, another QEMU: all anew.
  await tryAccelerators({ ...options, version: '8.0' }, never);
  expect(await starts()).toEqual(['tcg', 'kvm', 'hvf', 'hvf', 'tcg', 'kvm', 'hvf']);
});

test('when nothing runs guests, what each said is told, with what to do', async () => {
  await using folder = await temporaryFolder();
  await using host = createLocalHost({ logger: silentLogger });
  const binary = join(folder.path, 'qemu');
  await writeFile(binary, QEMU.replace('\\nkvm', '').replace('\\ntcg', ''), { mode: 0o755 });
  const options = { host, binary, version: '7.2', kernel: '/kernel', initrd: '/initrd', cacheDir: folder.path, clock: hasty };
  await expect(tryAccelerators(options, never)).rejects.toMatchObject({
    reason: 'noAccelerator',
    message: expect.stringMatching(/no access to HVF.*Install QEMU/),
  });
});
