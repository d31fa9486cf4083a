import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createApp } from '../e2e/app-under-test.ts';
import { startDockerd } from '../testing/engines.ts';
import { testImageArchive } from '../testing/test-image.ts';
import { type BenchContext, type BenchResult, interleave, spreadOf } from './harness.ts';
import { type BarePage, openBarePage } from './parts/bare-chromium.ts';

export const name = 'logs';
export const describe =
  '1,000,000 lines of a container followed on its Logs tab in Chromium, against docker logs --timestamps to a file; lines/s; longestTaskMs of the page ≤ 100';

const LINES = 1_000_000;
/** The page keeps the newest of them (renderer/features/logs/log-buffer.ts). */
const KEPT = 500_000;
const LINE = '127.0.0.1 GET /a/page/of/some/length?with=a+query 200 1234 "-" "Mozilla/5.0"';
const execute = promisify(execFile);

export async function run(context: BenchContext): Promise<BenchResult> {
  await using dockerd = await startDockerd();
  const docker = async (...args: string[]) => (await execute('docker', ['--host', `unix://${dockerd.socket}`, ...args])).stdout.trim();
  const archive = join(dockerd.folder, 'image.tar');
  await writeFile(archive, await testImageArchive({ name: 'catamaran-bench/logs:1' }));
  await docker('load', '--input', archive);
  const script = `yes '${LINE}' | head -n ${LINES}; : > /done; sleep 1000000`;
  const container = await docker('run', '--detach', '--network', 'none', 'catamaran-bench/logs:1', 'sh', '-c', script);
  await docker('exec', container, 'sh', '-c', 'until [ -e /done ]; do sleep 0.2; done');

  await using app = await createApp();
  app.env.DOCKER_HOST = `unix://${dockerd.socket}`;
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => app.stop());
  await using page = await openBarePage({ width: 1280, height: 800 });
  await openLogs(page, { launchUrl: await app.start(), container });

  const longest: number[] = [];
  let turn = 0;
  const result = await interleave(
    {
      async ours() {
        // Another range each time, so that the log is read anew.
        const { ms, longestTaskMs } = await read(page, turn++ % 2 === 0 ? 'Last hour' : 'Last 24 h');
        longest.push(longestTaskMs);
        return LINES / (ms / 1000);
      },
      peer: () => toFile(dockerd, container),
      runs: 7,
      warmup: 1,
      unit: 'lines/s',
    },
    context,
  );
  const tasks = spreadOf(longest.slice(1));
  return { ...result, longestTaskMs: tasks.median, longestTaskSpread: tasks };
}

async function openLogs(page: BarePage, { launchUrl, container }: { launchUrl: string; container: string }): Promise<void> {
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
    (await element('[role=tab]', 'Logs')).click();
    await element('[role=log] [data-row]');
  }, container);
}

/** Chooses a range; until the last of all lines has been taken and is drawn. */
async function read(page: BarePage, range: string): Promise<{ ms: number; longestTaskMs: number }> {
  await page.evaluate(() => document.querySelector<HTMLElement>('[role=combobox][aria-label="Time range"]')?.focus(), null);
  await page.press('Enter');
  return await page.evaluate(
    async ({ option, kept, gone }) => {
      const frame = () => new Promise(requestAnimationFrame);
      let chosen: HTMLElement | undefined;
      while (chosen === undefined) {
        chosen = [...document.querySelectorAll<HTMLElement>('[role=option]')].find(({ textContent }) => textContent === option);
        await frame();
      }
      let longestTaskMs = 0;
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longestTaskMs = Math.max(longestTaskMs, duration);
      });
      observer.observe({ type: 'longtask' });
      const start = performance.now();
      chosen.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
      chosen.click();
      const words = (count: number) => count.toLocaleString('en');
      // Not `innerText`, which would have the page laid out.
      const foot = document.querySelector('[role=log][aria-label]')?.nextElementSibling;
      const isThere = () => {
        const text = foot?.textContent ?? '';
        return text.includes(`${words(kept)} lines`) && text.includes(`${words(gone)} older lines`);
      };
      // The one before is still shown for a moment.
      while (isThere()) await frame();
      while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 50));
      await frame();
      const ms = performance.now() - start;
      // What was observed last is told in a task of its own.
      await new Promise((resolve) => setTimeout(resolve, 200));
      observer.disconnect();
      return { ms, longestTaskMs };
    },
    { option: range, kept: KEPT, gone: LINES - KEPT },
  );
}

/** Lines a second. */
async function toFile({ socket, folder }: { socket: string; folder: string }, container: string): Promise<number> {
  const file = openSync(join(folder, 'log.txt'), 'w');
  const start = performance.now();
  const child = spawn('docker', ['--host', `unix://${socket}`, 'logs', '--timestamps', container], { stdio: ['ignore', file, 'inherit'] });
  await once(child, 'close');
  const seconds = (performance.now() - start) / 1000;
  closeSync(file);
  return LINES / seconds;
}
