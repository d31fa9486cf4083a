import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { createApp } from '../e2e/app-under-test.ts';
import { startDockerd } from '../testing/engines.ts';
import { testImageArchive } from '../testing/test-image.ts';
import { type BenchContext, type BenchResult, interleave, spreadOf } from './harness.ts';
import { launchBrowser } from './parts/browser.ts';

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
  const browser = await launchBrowser();
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
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
async function openTerminal(page: Page, { launchUrl, container }: { launchUrl: string; container: string }): Promise<void> {
  await page.addInitScript(() => {
    addEventListener('keydown', (event) => Object.assign(window, { lastKeyAt: event.timeStamp }), { capture: true });
  });
  await page.goto(launchUrl);
  await page.locator(`a[href*="${container}"]`).first().click();
  await page.getByRole('tab', { name: 'Terminal' }).click();
  await page.locator('.xterm').click();
  await page.keyboard.type(`PS1='${PROMPT.slice(0, 2)}''${PROMPT.slice(2)} '\n`);
  await rowShown(page, `^${PROMPT}`);
}

/** Milliseconds from the Enter key to the line after the flood on screen. */
async function flood(page: Page): Promise<number> {
  const mark = `done-${Math.round(performance.now())}`;
  await page.keyboard.type(`cat /tmp/flood; echo '${mark.slice(0, 2)}''${mark.slice(2)}'`);
  await page.keyboard.press('Enter');
  // The file does not end with a line's end.
  return await rowShown(page, mark);
}

/** Milliseconds from Ctrl-C to the prompt on screen. */
async function interruptFlood(page: Page): Promise<number> {
  await page.keyboard.type('while true; do cat /tmp/flood; done\n');
  await rowShown(page, '^The quick');
  await page.waitForTimeout(FLOOD_MS);
  await page.keyboard.press('Control+c');
  return await rowShown(page, `^${PROMPT}`);
}

/** Waits until a row of the terminal matches; milliseconds since the last key. Looks at what is painted, once a frame. */
function rowShown(page: Page, pattern: string): Promise<number> {
  return page.evaluate(
    (source) =>
      new Promise<number>((resolve) => {
        const wanted = new RegExp(source);
        const look = (now: number) => {
          const rows = [...document.querySelectorAll('.xterm-rows > div')].slice(-60);
          const isShown = rows.some((row) => wanted.test(row.textContent ?? ''));
          if (isShown) resolve(now - (window as unknown as { lastKeyAt: number }).lastKeyAt);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
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
