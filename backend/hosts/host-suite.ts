import { once } from 'node:events';
import { appendFile, mkdir, readdir, readFile, rename, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary.ts';
import type { AppError } from '../core/index.ts';
import type { Host, HostPty } from './host.ts';

/** Some wait for a process's grace time, on machines that may be busy. */
const PATIENT = { timeout: 60_000 };

/** The behaviour that every host has. The host under test must reach the machine that the test runs on. */
export function hostSuite(name: string, open: () => Promise<Host>): void {
  const never = new AbortController().signal;
  let host: Host;
  let folder: string;
  let stack: AsyncDisposableStack;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    folder = stack.use(await temporaryFolder()).path;
    host = stack.use(await open());
  });
  afterEach(() => stack.disposeAsync());

  describe(`${name}: exec`, PATIENT, () => {
    test('gives the exit code and both outputs as they are', async () => {
      const result = await host.exec(['sh', '-c', String.raw`printf '\377\000a'; echo oops >&2; exit 7`], {}, never);
      expect(result).toEqual({ exitCode: 7, stdout: Buffer.from([0xff, 0, 0x61]), stderr: 'oops\n' });
    });

    test('passes arguments, environment and folder untouched', async () => {
      const argument = `it's "$HOME" \\ *\n\t한글 🛶`;
      const argv = ['sh', '-c', 'printf "%s|%s|" "$1" "$WORD"; pwd', 'sh', argument] as const;
      const result = await host.exec(argv, { env: { WORD: `a 'b' $c` }, cwd: folder }, never);
      expect(result.stdout.toString()).toBe(`${argument}|a 'b' $c|${folder}\n`);
    });

    test('a signal that ends it shows as 128 + its number', async () => {
      const result = await host.exec(['sh', '-c', 'kill -9 $$'], {}, never);
      expect(result.exitCode).toBe(137);
    });

    test('streams input of any size', async () => {
      const chunk = new Uint8Array(65536).fill(97);
      async function* input() {
        for (let i = 0; i < 64; i++) yield chunk;
      }
      const result = await host.exec(['wc', '-c'], { input: input() }, never);
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
      const result = await host.exec(['head', '-c', '10'], { input: endless() }, never);
      expect(result.stdout.length).toBe(10);
      await expect.poll(() => stopped).toBe(true);
    });

    test('input that fails ends the command and is the error', async () => {
      // biome-ignore lint/correctness/useYield: the input fails before its first chunk
      async function* broken(): AsyncGenerator<Uint8Array> {
        throw new Error('the source broke');
      }
      await expect(host.exec(['sh', '-c', `cat; sleep 60`], { input: broken() }, never)).rejects.toThrow('the source broke');
    });

    test('input closed from the start', async () => {
      expect((await host.exec(['cat'], {}, never)).stdout.length).toBe(0);
      expect((await host.exec(['cat'], { input: new Uint8Array([1, 2]) }, never)).stdout).toEqual(Buffer.from([1, 2]));
    });

    test('more output than its bound is an error, and ends the command', async () => {
      await expect(host.exec(['sh', '-c', 'yes'], { maxBytes: 1000 }, never)).rejects.toThrow('more than 1000 bytes');
    });

    test('a missing command says which package has it', async () => {
      const error = await problemOf(host.exec(['mkfs.ext4-not-here'], {}, never));
      expect(error.reason).toBe('commandMissing');
      expect(error.problem.params.command).toBe('mkfs.ext4-not-here');
    });

    test('a missing working folder is a missing file', async () => {
      const error = await problemOf(host.exec(['true'], { cwd: join(folder, 'no') }, never));
      expect(error.reason).toBe('fileMissing');
    });

    test('a file that may not be executed is denied', async () => {
      await writeFile(join(folder, 'plain'), 'echo no', { mode: 0o644 });
      expect((await problemOf(host.exec([join(folder, 'plain')], {}, never))).code).toBe('denied');
    });

    test('an abort ends the command with all that it started', async () => {
      const controller = new AbortController();
      const pidFile = join(folder, 'pid');
      const running = host.exec(
        ['sh', '-c', `sleep 600 & echo $! > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; wait`],
        {},
        controller.signal,
      );
      const pid = Number(await poll(() => readFile(pidFile, 'utf8')));
      controller.abort();
      expect((await problemOf(running)).code).toBe('cancelled');
      await gone(pid);
    });

    test('an aborted signal starts nothing', async () => {
      const error = await problemOf(host.exec(['touch', join(folder, 'started')], {}, AbortSignal.abort()));
      expect(error.code).toBe('cancelled');
      expect(await readdir(folder)).toEqual([]);
    });
  });

  describe(`${name}: spawn`, PATIENT, () => {
    test('talks both ways, and ends when its input does', async () => {
      await using child = await host.spawn(['cat'], {}, never);
      child.stdin.write('hello');
      const [first] = (await once(child.stdout, 'data')) as [Buffer];
      expect(first.toString()).toBe('hello');
      child.stdin.end();
      expect(await child.exited).toBe(0);
    });

    test('disposing ends one that will not listen', async () => {
      const child = await host.spawn(['sh', '-c', `trap '' TERM HUP; echo $$; while :; do sleep 1; done`], {}, never);
      const pid = await firstNumber(child.stdout);
      await child[Symbol.asyncDispose]();
      await gone(pid);
    });

    test('disposing ends what it has started too, even when that will not listen', async () => {
      const script = `sh -c 'trap "" TERM HUP; echo $$; while :; do sleep 1; done' & wait`;
      const child = await host.spawn(['sh', '-c', script], {}, never);
      const pid = await firstNumber(child.stdout);
      await child[Symbol.asyncDispose]();
      await gone(pid);
    });

    test('nothing outlives the host', async () => {
      const other = await open();
      const child = await other.spawn(['sh', '-c', 'echo $$; exec sleep 600'], {}, never);
      const pid = await firstNumber(child.stdout);
      await other[Symbol.asyncDispose]();
      await gone(pid);
      await child.exited.catch(() => {});
    });

    test('a missing command is known at once', async () => {
      expect((await problemOf(host.spawn(['not-a-command-here'], {}, never))).reason).toBe('commandMissing');
    });
  });

  describe(`${name}: openPty`, PATIENT, () => {
    test('is a terminal of the size asked for, and can be resized', async () => {
      await using pty = await host.openPty(['sh'], { cols: 91, rows: 33, env: { PS1: '$ ' }, cwd: folder }, never);
      const screen = read(pty);
      pty.write(Buffer.from('stty size; pwd\r'));
      await screen.until('33 91');
      await screen.until(folder);
      pty.resize(120, 40);
      pty.write(Buffer.from('stty size\r'));
      await screen.until('40 120');
      pty.write(Buffer.from('exit 5\r'));
      expect(await pty.exited).toBe(5);
      await screen.ended;
    });

    test('bytes are not decoded on their way', async () => {
      await using pty = await host.openPty(
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
      await using pty = await host.openPty(['sh', '-c', `stty -onlcr; seq ${lines}`], { cols: 80, rows: 24 }, never);
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
      await using pty = await host.openPty(['sh', '-c', 'stty -onlcr; seq 9000; echo "the end"'], { cols: 80, rows: 24 }, never);
      // More than is read ahead, less than the kernel holds: it ends although the terminal is paused.
      await new Promise((resolve) => setTimeout(resolve, 600));
      let text = '';
      for await (const chunk of pty.output) text += Buffer.from(chunk).toString();
      expect(text.slice(-13)).toBe('9000\nthe end\n');
    });

    test('disposing hangs up, even on one that floods and is not read', async () => {
      const pty = await host.openPty(['sh', '-c', `echo $$ > ${folder}/pid; yes`], { cols: 80, rows: 24 }, never);
      const pid = Number(await poll(() => readFile(join(folder, 'pid'), 'utf8')));
      await pty[Symbol.asyncDispose]();
      await gone(pid);
    });

    test('disposing ends the reading, which is no error', async () => {
      const pty = await host.openPty(['sh', '-c', 'echo ready; exec cat'], { cols: 80, rows: 24 }, never);
      const screen = read(pty);
      await screen.until('ready');
      await pty[Symbol.asyncDispose]();
      await screen.ended;
    });

    test('a missing command is known at once', async () => {
      expect((await problemOf(host.openPty(['not-a-command-here'], { cols: 80, rows: 24 }, never))).reason).toBe('commandMissing');
    });
  });

  describe(`${name}: sockets`, PATIENT, () => {
    test('dials unix and tcp sockets', async () => {
      for (const target of [{ unixPath: join(folder, 's') }, { address: '127.0.0.1', port: 0 }]) {
        const server = createServer((socket) => socket.pipe(socket));
        await once('unixPath' in target ? server.listen(target.unixPath) : server.listen(0, '127.0.0.1'), 'listening');
        stack.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
        const there = 'unixPath' in target ? target : { ...target, port: (server.address() as AddressInfo).port };
        const socket = await host.dial(there, never);
        socket.write('ahoy');
        expect(String((await once(socket, 'data'))[0])).toBe('ahoy');
        socket.end();
        await once(socket, 'close');
      }
    });

    test('each side may end first, and nothing that was sent is lost', async () => {
      const size = 3_000_000;
      const received = Promise.withResolvers<number>();
      const server = createServer({ allowHalfOpen: true }, async (socket) => {
        received.resolve((await buffer(socket)).length);
        socket.end(Buffer.alloc(size));
      });
      await once(server.listen(join(folder, 's')), 'listening');
      stack.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
      const socket = await host.dial({ unixPath: join(folder, 's') }, never);
      const answer = buffer(socket);
      socket.end(Buffer.alloc(size));
      expect(await received.promise).toBe(size);
      expect((await answer).length).toBe(size);
    });

    test('a connection that is destroyed is over on both sides', async () => {
      const server = createServer((socket) => socket.on('error', () => {}).resume());
      await once(server.listen(join(folder, 's')), 'listening');
      const socket = await host.dial({ unixPath: join(folder, 's') }, never);
      socket.destroy();
      await once(socket, 'close');
      // Ends only when all of its connections have ended.
      await new Promise<void>((resolve) => server.close(() => resolve()));
    });

    test('a socket that nobody listens at is unreachable', async () => {
      expect((await problemOf(host.dial({ unixPath: join(folder, 'no') }, never))).code).toBe('unreachable');
      const port = await host.freePort(20_000, never);
      expect((await problemOf(host.dial({ address: '127.0.0.1', port }, never))).code).toBe('unreachable');
    });

    test('a free port is one that is not taken, and not given twice', async () => {
      const server = createServer((socket) => socket.destroy());
      await once(server.listen(0, '127.0.0.1'), 'listening');
      stack.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
      const { port } = server.address() as AddressInfo;
      const [a, b] = await Promise.all([host.freePort(port, never), host.freePort(port, never)]);
      expect(a).toBeGreaterThan(port);
      expect(b).not.toBe(a);
    });
  });

  describe(`${name}: files`, PATIENT, () => {
    test('writes whole files, with their mode, in folders that it makes', async () => {
      const path = join(folder, 'a', 'b', 'c.json');
      await host.writeFile(path, 'one', {}, never);
      await host.writeFile(path, new Uint8Array([1, 2, 3]), { mode: 0o755 }, never);
      expect(await host.readFile(path, never)).toEqual(Buffer.from([1, 2, 3]));
      expect((await stat(path)).mode & 0o777).toBe(0o755);
      expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o700);
      expect(await readdir(join(folder, 'a', 'b'))).toEqual(['c.json']);
    });

    test('a write that fails leaves nothing behind', async () => {
      await mkdir(join(folder, 'target'));
      await writeFile(join(folder, 'target', 'x'), '');
      await expect(host.writeFile(join(folder, 'target'), 'text', {}, never)).rejects.toThrow();
      expect(await readdir(folder)).toEqual(['target']);
      expect(await readdir(join(folder, 'target'))).toEqual(['x']);
    });

    test('what is not there: an error to read, null to list and to stat, nothing to remove', async () => {
      const path = join(folder, 'none');
      expect((await problemOf(host.readFile(path, never))).reason).toBe('fileMissing');
      expect(await host.listFolder(path, never)).toBeNull();
      expect(await host.stat(path, never)).toBeNull();
      await host.remove(path, never);
      expect((await problemOf(host.rename(path, `${path}2`, never))).reason).toBe('fileMissing');
    });

    test('tells files, folders and sockets apart, through links', async () => {
      await writeFile(join(folder, 'f'), 'four');
      await symlink('f', join(folder, 'l'));
      const server = createServer();
      await once(server.listen(join(folder, 's')), 'listening');
      stack.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
      expect(await host.stat(join(folder, 'l'), never)).toMatchObject({ kind: 'file', sizeBytes: 4 });
      expect(Math.abs(((await host.stat(join(folder, 'f'), never))?.modifiedMs ?? 0) - Date.now())).toBeLessThan(60_000);
      expect((await host.stat(folder, never))?.kind).toBe('folder');
      expect((await host.stat(join(folder, 's'), never))?.kind).toBe('socket');
      expect((await host.stat('/dev/null', never))?.kind).toBe('other');
      expect((await host.listFolder(folder, never))?.sort()).toEqual(['f', 'l', 's']);
    });

    test('makes, renames over and removes whole trees, and leaves what links point to', async () => {
      await host.makeFolder(join(folder, 'tree', 'deep'), never);
      await host.makeFolder(join(folder, 'tree', 'deep'), never);
      await host.writeFile(join(folder, 'kept'), 'kept', {}, never);
      await symlink(join(folder, 'kept'), join(folder, 'tree', 'link'));
      await host.writeFile(join(folder, 'tree', 'deep', 'x'), 'x', {}, never);
      await host.writeFile(join(folder, 'new'), 'new', {}, never);
      await host.rename(join(folder, 'new'), join(folder, 'kept'), never);
      await host.copy(join(folder, 'kept'), join(folder, 'copied'), never);
      expect(await readFile(join(folder, 'copied'), 'utf8')).toBe('new');
      await host.remove(join(folder, 'copied'), never);
      await host.remove(join(folder, 'tree'), never);
      expect(await readdir(folder)).toEqual(['kept']);
      expect(await readFile(join(folder, 'kept'), 'utf8')).toBe('new');
    });
  });

  describe(`${name}: follow`, PATIENT, () => {
    test('an abort ends it while it is being opened, too', async () => {
      const over = new AbortController();
      const first = host.follow(join(folder, 'never-there'), 0, over.signal)[Symbol.asyncIterator]().next();
      over.abort();
      expect(await first).toMatchObject({ done: true });
    });

    test('reads from an offset, then what comes, until the abort', async () => {
      const path = join(folder, 'log');
      await writeFile(path, 'skip|');
      const followed = follow(host, path, 5);
      await appendFile(path, 'one|');
      await followed.until('one|');
      await appendFile(path, 'two|');
      await followed.until('one|two|');
      await followed.stop();
    });

    test('waits for a file, starts again when it is cut short or replaced', async () => {
      const path = join(folder, 'log');
      const followed = follow(host, path, 0);
      await writeFile(path, 'first|');
      await followed.until('first|');
      await truncate(path, 0);
      await appendFile(path, 'cut|');
      await followed.until('cut|');
      await writeFile(`${path}.new`, 'replaced, and longer|');
      await rename(`${path}.new`, path);
      await followed.until('replaced, and longer|');
      await followed.stop();
    });
  });

  test(`${name}: facts`, async () => {
    const facts = await host.facts(never);
    expect(facts.id).toBe(host.id);
    expect(facts.kernelRelease).toBe((await host.exec(['uname', '-r'], {}, never)).stdout.toString().trim());
    expect(facts.architecture).toBe((await host.exec(['uname', '-m'], {}, never)).stdout.toString().trim());
    expect(facts.memoryBytes).toBeGreaterThan(64 * 1024 * 1024);
    expect(facts.cpus).toBeGreaterThan(0);
    expect(facts.osName).not.toBe('');
  });
}

async function problemOf(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => null,
    (thrown) => thrown,
  );
  expect(error?.name, `not an AppError: ${error?.stack}`).toBe('AppError');
  return error as AppError;
}

/** Until the process does not exist (or is a zombie that its parent has not fetched). */
async function gone(pid: number): Promise<void> {
  expect(pid).toBeGreaterThan(1);
  await expect
    .poll(async () => (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')).split(') ')[1]?.[0], { timeout: 8000 })
    .toBe('Z');
}

async function poll<T>(attempt: () => Promise<T>): Promise<T> {
  let result: T | undefined;
  await expect.poll(async () => (result = await attempt().catch(() => undefined)), { timeout: 8000 }).toBeTruthy();
  return result as T;
}

async function firstNumber(stream: NodeJS.ReadableStream): Promise<number> {
  const [chunk] = await once(stream, 'data');
  return Number(String(chunk).trim());
}

function read(pty: HostPty) {
  const chunks: Uint8Array[] = [];
  const bytes = () => Buffer.concat(chunks);
  const ended = (async () => {
    for await (const chunk of pty.output) chunks.push(chunk);
  })();
  return { bytes, ended, until: (text: string) => expect.poll(() => bytes().toString(), { timeout: 8000 }).toContain(text) };
}

function follow(host: Host, path: string, offset: number) {
  const controller = new AbortController();
  let text = '';
  const reading = (async () => {
    for await (const chunk of host.follow(path, offset, controller.signal)) text += Buffer.from(chunk).toString();
  })();
  return {
    until: (end: string) => expect.poll(() => text, { timeout: 8000 }).toSatisfy((seen: string) => seen.endsWith(end)),
    async stop() {
      controller.abort();
      await reading;
    },
  };
}
