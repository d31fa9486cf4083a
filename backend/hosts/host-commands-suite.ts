import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../testing/failures.ts';
import { gone, type HostBed, never, poll } from '../../testing/host-bed.ts';

/** Commands that are run to their end, or talked with. */
export function hostCommandsSuite(bed: HostBed): void {
  describe(`${bed.name}: exec`, () => {
    test('gives the exit code and both outputs as they are', async () => {
      const result = await bed.host.exec(['sh', '-c', String.raw`printf '\377\000a'; echo oops >&2; exit 7`], {}, never);
      expect(result).toEqual({ exitCode: 7, stdout: Buffer.from([0xff, 0, 0x61]), stderr: 'oops\n' });
    });

    test('passes arguments, environment and folder untouched', async () => {
      const argument = `it's "$HOME" \\ *\n\t한글 🛶`;
      const argv = ['sh', '-c', 'printf "%s|%s|" "$1" "$WORD"; pwd', 'sh', argument] as const;
      const result = await bed.host.exec(argv, { env: { WORD: `a 'b' $c` }, cwd: bed.folder }, never);
      expect(result.stdout.toString()).toBe(`${argument}|a 'b' $c|${bed.folder}\n`);
    });

    test('a signal that ends it shows as 128 + its number', async () => {
      const result = await bed.host.exec(['sh', '-c', 'kill -9 $$'], {}, never);
      expect(result.exitCode).toBe(137);
    });

    test('streams input of any size', async () => {
      const chunk = new Uint8Array(65536).fill(97);
      async function* input() {
        for (let i = 0; i < 64; i++) yield chunk;
      }
      const result = await bed.host.exec(['wc', '-c'], { input: input() }, never);
      expect(result.stdout.toString().trim()).toBe(String(64 * 65536));
    });

    test('a command that stops reading ends the input, and is no error', async () => {
      let stopped = false;
      async function* endless() {
        try {
          while (true) yield new Uint8Array(65536);
        } finally {
          stopped = true;
        }
      }
      const result = await bed.host.exec(['head', '-c', '10'], { input: endless() }, never);
      expect(result.stdout.length).toBe(10);
      await expect.poll(() => stopped).toBe(true);
    });

    test('input that fails ends the command and is the error', async () => {
      // biome-ignore lint/correctness/useYield: the input fails before its first chunk
      async function* broken(): AsyncGenerator<Uint8Array> {
        throw new Error('the source broke');
      }
      await expect(bed.host.exec(['sh', '-c', `cat; sleep 60`], { input: broken() }, never)).rejects.toThrow('the source broke');
    });

    test('input closed from the start', async () => {
      expect((await bed.host.exec(['cat'], {}, never)).stdout.length).toBe(0);
      expect((await bed.host.exec(['cat'], { input: new Uint8Array([1, 2]) }, never)).stdout).toEqual(Buffer.from([1, 2]));
    });

    test('more output than its bound is an error, and ends the command', async () => {
      await expect(bed.host.exec(['sh', '-c', 'yes'], { maxBytes: 1000 }, never)).rejects.toThrow('more than 1000 bytes');
    });

    test('a missing command says which package has it', async () => {
      const error = await failureOf(bed.host.exec(['mkfs.ext4-not-here'], {}, never));
      expect(error.reason).toBe('commandMissing');
      expect(error.problem.params.command).toBe('mkfs.ext4-not-here');
    });

    test('a missing working folder is a missing file', async () => {
      const error = await failureOf(bed.host.exec(['true'], { cwd: join(bed.folder, 'no') }, never));
      expect(error.reason).toBe('fileMissing');
    });

    test('a file that may not be executed is denied', async () => {
      await writeFile(join(bed.folder, 'plain'), 'echo no', { mode: 0o644 });
      expect((await failureOf(bed.host.exec([join(bed.folder, 'plain')], {}, never))).code).toBe('denied');
    });

    test('an abort ends the command with all that it started', async () => {
      const controller = new AbortController();
      const pidFile = join(bed.folder, 'pid');
      const running = bed.host.exec(
        ['sh', '-c', `sleep 600 & echo $! > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; wait`],
        {},
        controller.signal,
      );
      const pid = Number(await poll(() => readFile(pidFile, 'utf8')));
      controller.abort();
      expect((await failureOf(running)).code).toBe('cancelled');
      await gone(pid);
    });

    test('an aborted signal starts nothing', async () => {
      const error = await failureOf(bed.host.exec(['touch', join(bed.folder, 'started')], {}, AbortSignal.abort()));
      expect(error.code).toBe('cancelled');
      expect(await readdir(bed.folder)).toEqual([]);
    });
  });

  describe(`${bed.name}: spawn`, () => {
    test('talks both ways, and ends when its input does', async () => {
      await using child = await bed.host.spawn(['cat'], {}, never);
      child.stdin.write('hello');
      const [first] = (await once(child.stdout, 'data')) as [Buffer];
      expect(first.toString()).toBe('hello');
      child.stdin.end();
      expect(await child.exited).toBe(0);
    });

    test('disposing ends one that will not listen', async () => {
      const child = await bed.host.spawn(['sh', '-c', `trap '' TERM HUP; echo $$; while :; do sleep 1; done`], {}, never);
      const pid = await firstNumber(child.stdout);
      await child[Symbol.asyncDispose]();
      await gone(pid);
    });

    test('disposing ends what it has started too, even when that will not listen', async () => {
      const script = `sh -c 'trap "" TERM HUP; echo $$; while :; do sleep 1; done' & wait`;
      const child = await bed.host.spawn(['sh', '-c', script], {}, never);
      const pid = await firstNumber(child.stdout);
      await child[Symbol.asyncDispose]();
      await gone(pid);
    });

    test('nothing outlives the host', async () => {
      const other = await bed.open();
      const child = await other.spawn(['sh', '-c', 'echo $$; exec sleep 600'], {}, never);
      const pid = await firstNumber(child.stdout);
      await other[Symbol.asyncDispose]();
      await gone(pid);
      await child.exited.catch(() => {});
    });

    test('a missing command is known at once', async () => {
      expect((await failureOf(bed.host.spawn(['not-a-command-here'], {}, never))).reason).toBe('commandMissing');
    });
  });
}

async function firstNumber(stream: NodeJS.ReadableStream): Promise<number> {
  const [chunk] = await once(stream, 'data');
  return Number(String(chunk).trim());
}
