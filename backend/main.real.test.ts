import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary.ts';
import { exchangeLink } from '../testing/web-parts.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let started: ChildProcess[];

beforeEach(async () => {
  folder = await temporaryFolder();
  started = [];
  // An engine of its own would be another test.
  await mkdir(join(folder.path, 'config'), { recursive: true });
  await writeFile(join(folder.path, 'config', 'settings.json'), JSON.stringify({ version: 1, embeddedEngine: false }));
});

afterEach(async () => {
  await Promise.all(started.map((child) => end(child, 'SIGKILL')));
  await folder[Symbol.asyncDispose]();
});

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env: { ...process.env, HOME: folder.path, CATAMARAN_HOME: folder.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill(signal);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** The first line that it says. */
async function line(child: ChildProcess): Promise<string> {
  const [chunk] = (await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data')) as [Buffer];
  return chunk.toString().split('\n')[0] ?? '';
}

async function failure(child: ChildProcess): Promise<{ code: number; words: string }> {
  const exited = once(child, 'exit') as Promise<[number]>;
  const words = await text(child.stderr as NonNullable<ChildProcess['stderr']>);
  return { code: (await exited)[0], words: words.trim() };
}

const LINK = /http:\/\/127\.0\.0\.1:(\d+)\/\?token=[\w-]{43}$/;

test('prints its link, gives a second start one more, ends cleanly, and knows the signed-in page again', async () => {
  const first = start('--port', '0');
  const said = await line(first);
  expect(said).toMatch(/^Catamaran runs at http/);
  const [link, port] = LINK.exec(said) as unknown as [string, string];
  const cookie = await exchangeLink(link);

  const second = start('--port', '0');
  const [saidSecond] = await Promise.all([line(second), once(second, 'exit')]);
  expect(saidSecond).toMatch(new RegExp(`^Catamaran already runs \\(process ${first.pid}\\) at http`));
  expect(second.exitCode).toBe(0);
  expect(await exchangeLink(LINK.exec(saidSecond)?.[0] ?? '')).not.toBe('');

  expect(await end(first, 'SIGINT')).toBe(0);
  expect(existsSync(join(folder.path, 'run', 'instance.sock'))).toBe(false);
  await line(start('--port', port));
  expect((await fetch(`http://127.0.0.1:${port}/session`, { headers: { cookie } })).status).toBe(204);
});

test('says in one sentence why it does not start', async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const { port } = squatter.address() as { port: number };
  try {
    expect(await failure(start('--port', String(port)))).toEqual({
      code: 1,
      words: expect.stringMatching(new RegExp(`^Catamaran could not start\\. Port ${port} is taken by another program\\. Use \\d+\\?$`)),
    });
  } finally {
    squatter.close();
  }
  expect(await failure(start('--port', 'x'))).toEqual({ code: 1, words: 'Catamaran could not start. --port: not a port (0 to 65535)' });
});
