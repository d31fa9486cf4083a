import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../testing/failures.ts';
import { gone, type HostBed, never, poll } from '../../testing/host-bed.ts';
import type { HostPty } from './host.ts';

/** Commands on a terminal. */
export function hostTerminalsSuite(bed: HostBed): void {
  describe(`${bed.name}: openPty`, () => {
    test('is a terminal of the size asked for, and can be resized', async () => {
      await using pty = await bed.host.openPty(['sh'], { cols: 91, rows: 33, env: { PS1: '$ ' }, cwd: bed.folder }, never);
      const screen = read(pty);
      pty.write(Buffer.from('stty size; pwd\r'));
      await screen.until('33 91');
      await screen.until(bed.folder);
      pty.resize(120, 40);
      pty.write(Buffer.from('stty size\r'));
      await screen.until('40 120');
      pty.write(Buffer.from('exit 5\r'));
      expect(await pty.exited).toBe(5);
      await screen.ended;
    });

    test('bytes are not decoded on their way', async () => {
      await using pty = await bed.host.openPty(
        ['sh', '-c', String.raw`stty raw -echo; printf '\355\225\234\377'`],
        { cols: 80, rows: 24 },
        never,
      );
      const screen = read(pty);
      await screen.ended;
      expect(screen.bytes()).toEqual(Buffer.from([0xed, 0x95, 0x9c, 0xff]));
    });

    test('a reader that waits loses nothing, not even the end', async () => {
      const lines = 200_000;
      await using pty = await bed.host.openPty(['sh', '-c', `stty -onlcr; seq ${lines}`], { cols: 80, rows: 24 }, never);
      let size = 0;
      let last = '';
      for await (const chunk of pty.output) {
        // A slow start: the source is paused by then.
        if (size === 0) await new Promise((resolve) => setTimeout(resolve, 300));
        size += chunk.length;
        last = (last + Buffer.from(chunk).toString()).slice(-20);
      }
      expect(last.endsWith(`${lines}\n`)).toBe(true);
      expect(size).toBe(Array.from({ length: lines }, (_, i) => String(i + 1).length + 1).reduce((a, b) => a + b));
      expect(await pty.exited).toBe(0);
    });

    test('one that ends while nobody reads keeps its last words', async () => {
      await using pty = await bed.host.openPty(['sh', '-c', 'stty -onlcr; seq 9000; echo "the end"'], { cols: 80, rows: 24 }, never);
      // More than is read ahead, less than the kernel holds: it ends although the terminal is paused.
      await new Promise((resolve) => setTimeout(resolve, 600));
      let text = '';
      for await (const chunk of pty.output) text += Buffer.from(chunk).toString();
      expect(text.slice(-13)).toBe('9000\nthe end\n');
    });

    test('disposing hangs up, even on one that floods and is not read', async () => {
      const pty = await bed.host.openPty(['sh', '-c', `echo $$ > ${bed.folder}/pid; yes`], { cols: 80, rows: 24 }, never);
      const pid = Number(await poll(() => readFile(join(bed.folder, 'pid'), 'utf8')));
      await pty[Symbol.asyncDispose]();
      await gone(pid);
    });

    test('disposing ends the reading, which is no error', async () => {
      const pty = await bed.host.openPty(['sh', '-c', 'echo ready; exec cat'], { cols: 80, rows: 24 }, never);
      const screen = read(pty);
      await screen.until('ready');
      await pty[Symbol.asyncDispose]();
      await screen.ended;
    });

    test('a missing command is known at once', async () => {
      expect((await failureOf(bed.host.openPty(['not-a-command-here'], { cols: 80, rows: 24 }, never))).reason).toBe('commandMissing');
    });
  });
}

function read(pty: HostPty) {
  const chunks: Uint8Array[] = [];
  const bytes = () => Buffer.concat(chunks);
  const ended = (async () => {
    for await (const chunk of pty.output) chunks.push(chunk);
  })();
  return { bytes, ended, until: (text: string) => expect.poll(() => bytes().toString()).toContain(text) };
}
