import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../backend/core/index.ts';
import { createApp } from '../e2e/app-under-test.ts';
import { startDockerd } from '../testing/engines.ts';
import { testImageArchive } from '../testing/test-image.ts';
import { type BenchContext, type BenchResult, interleave, spreadOf } from './harness.ts';
import { type BarePage, openBarePage } from './parts/bare-chromium.ts';

export const name = 'terminal-flood';
export const describe =
  'cat of 100 MB in a container, shown in Chromium by xterm’s DOM renderer, against docker exec to a pipe; MB/s, ours ≥ 15; ctrlCMs from the key in a flood to the prompt on screen ≤ 150';

const MEGABYTES = 100;
const LINE = 'The quick brown fox jumps over the lazy dog, 0123456789 times and then once more';
const PROMPT = 'ready>';
/** Into the flood, so that every buffer on the way is full when the key comes. */
const FLOOD_MS = 1500;
const execute = promisify(execFile);

export async function run(context: BenchContext): Promise<BenchResult> {
  await using dockerd = await startDockerd();
  const docker = async (...args: string[]) => (await execute('docker', ['--host', `unix://${dockerd.socket}`, ...args])).stdout.trim();
  const archive = join(dockerd.folder, 'image.tar');
  await writeFile(archive, await testImageArchive({ name: 'catamaran-bench/flood:1' }));
  await docker('load', '--input', archive);
  const container = await docker('run', '--detach', '--network', 'none', 'catamaran-bench/flood:1', 'sleep', '1000000');
  await docker('exec', container, 'sh', '-c', `yes '${LINE}' | head -c ${MEGABYTES}000000 > /tmp/flood`);

  await using app = await createApp();
  app.env.DOCKER_HOST = `unix://${dockerd.socket}`;
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => app.stop());
  await using page = await openBarePage({ width: 1280, height: 800 });
  await openTerminal(page, { launchUrl: await app.start(), container });

  const interrupts: number[] = [];
  const result = await interleave(
    {
      async ours() {
        const ms = await flood(page);
        interrupts.push(await interruptFlood(page));
        return MEGABYTES / (ms / 1000);
      },
      peer: () => pipe(dockerd.socket, container),
      runs: 7,
      warmup: 1,
      unit: 'MB/s',
    },
    context,
  );
  const ctrlC = spreadOf(interrupts.slice(1));
  return { ...result, ctrlCMs: ctrlC.median, ctrlCSpread: ctrlC };
}

/** The machine's own page, as a person would come to it. */
async function openTerminal(page: BarePage, { launchUrl, container }: { launchUrl: string; container: string }): Promise<void> {
  await page.goto(launchUrl);
  await page.evaluate(async (id) => {
    const element = async (selector: string, text = '') => {
      for (;;) {
        const found = [...document.querySelectorAll<HTMLElement>(selector)].find(({ textContent }) => textContent?.includes(text));
        if (found !== undefined) return found;
        await new Promise(requestAnimationFrame);
      }
    };
    (await element(`a[href*="${id}"]`)).click();
    (await element('[role=tab]', 'Terminal')).click();
    (await element('.xterm-helper-textarea')).focus();
    addEventListener('keydown', (event) => Object.assign(window, { lastKeyAt: event.timeStamp }), { capture: true });
  }, container);
  await rowShown(page, '# ');
  await page.type(`PS1='${halves(PROMPT)} '`);
  await page.press('Enter');
  await rowShown(page, `^${PROMPT}`);
}

/** What prints the word without being it, so that the typed line is not taken for the answer. */
function halves(word: string): string {
  return `${word.slice(0, 2)}''${word.slice(2)}`;
}

/** Milliseconds from the Enter key to the line after the flood on screen. */
async function flood(page: BarePage): Promise<number> {
  const mark = `done-${Math.round(performance.now())}`;
  await page.type(`cat /tmp/flood; echo '${halves(mark)}'`);
  await page.press('Enter');
  // The file does not end with a line's end.
  return await rowShown(page, mark);
}

/** Milliseconds from Ctrl-C to the prompt on screen. */
async function interruptFlood(page: BarePage): Promise<number> {
  await page.type('while true; do cat /tmp/flood; done');
  await page.press('Enter');
  await systemClock.sleep(FLOOD_MS);
  await page.press('Control+c');
  return await rowShown(page, `^${PROMPT}`);
}

/** Waits until a row of the terminal matches; milliseconds from the last key to the frame that shows it. */
function rowShown(page: BarePage, pattern: string): Promise<number> {
  return page.evaluate(
    (source) =>
      new Promise<number>((resolve) => {
        const wanted = new RegExp(source);
        const rows = document.querySelector('.xterm-rows') as HTMLElement;
        const { lastKeyAt = 0 } = window as { lastKeyAt?: number };
        const look = () => {
          if (![...rows.children].some((row) => wanted.test(row.textContent ?? ''))) return;
          observer.disconnect();
          requestAnimationFrame(() => resolve(performance.now() - lastKeyAt));
        };
        // Told of paints, not asking for them: a question a frame would be frames of its own.
        const observer = new MutationObserver(look);
        observer.observe(rows, { childList: true, subtree: true, characterData: true });
        look();
      }),
    pattern,
  );
}

/** MB/s. */
async function pipe(socket: string, container: string): Promise<number> {
  const start = performance.now();
  const child = spawn('docker', ['--host', `unix://${socket}`, 'exec', container, 'cat', '/tmp/flood'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
  });
  await once(child, 'close');
  if (bytes !== MEGABYTES * 1e6) throw new Error(`the pipe carried ${bytes} bytes`);
  return MEGABYTES / ((performance.now() - start) / 1000);
}
