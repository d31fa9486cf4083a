import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { createApp } from '../e2e/app-under-test.ts';
import { startDockerd } from '../testing/engines.ts';
import { testImageArchive } from '../testing/test-image.ts';
import { type BenchContext, type BenchResult, interleave, spreadOf } from './harness.ts';
import { launchBrowser, painted } from './parts/browser.ts';
import { startServer } from './parts/child.ts';
import { frameTimes, usedHeapBytes } from './parts/frames.ts';
import { makeContainers } from './parts/many-containers.ts';

export const name = 'ui-scale';
export const describe =
  'with 1,000 containers, 200 of them running: from navigation to a usable Overview (usableMs ≤ 1500) against docker ps -a; frameP95Ms ≤ 20 while scrolling against a plain page with as many rows; heapMB ≤ 120; eventMs from the engine’s event to the screen ≤ 200';

const IMAGE = 'catamaran-bench/many:1';
const CONTAINERS = 1000;
const RUNNING = 200;
const EVENTS = 9;
const execute = promisify(execFile);

export async function run(context: BenchContext): Promise<BenchResult> {
  const { log, signal } = context;
  await using dockerd = await startDockerd();
  const docker = async (...args: string[]) =>
    (await execute('docker', ['--host', `unix://${dockerd.socket}`, ...args], { signal, maxBuffer: 16 * 1024 * 1024 })).stdout;
  const archive = join(dockerd.folder, 'image.tar');
  await writeFile(archive, await testImageArchive({ name: IMAGE, config: { Cmd: ['sleep', '1000000'] } }));
  await docker('load', '--input', archive);
  await makeContainers({ socket: dockerd.socket, image: IMAGE, count: CONTAINERS, running: RUNNING, log }, signal);

  await using app = await createApp();
  app.env.DOCKER_HOST = `unix://${dockerd.socket}`;
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => app.stop());
  const browser = await launchBrowser();
  cleanup.defer(() => browser.close());
  const page = await browser.newPage();
  const launchUrl = await app.start();
  await page.goto(launchUrl);
  await allShown(page);
  const { origin } = new URL(launchUrl);

  const result = await interleave(
    { ours: () => usable(page, origin), peer: () => timeOf(() => docker('ps', '--all', '--no-trunc')), runs: 9, warmup: 2, unit: 'ms' },
    context,
  );

  log('scrolling');
  await using plain = await startServer(['bench/parts/many-rows-server.mjs', String(CONTAINERS)]);
  const plainPage = await browser.newPage();
  const frames = { ours: [] as number[], peer: [] as number[] };
  await plainPage.goto(plain.said);
  for (let turn = 0; turn < 3; turn++) {
    await page.bringToFront();
    frames.ours.push(...(await frameTimes(page, 'main')));
    await plainPage.bringToFront();
    frames.peer.push(...(await frameTimes(plainPage, 'main')));
  }
  await plainPage.close();

  log('events');
  const events: number[] = [];
  for (let turn = 0; turn < EVENTS; turn++) events.push(await eventToScreen(page, { docker, origin }));
  await usable(page, origin);
  const heapBytes = await usedHeapBytes(page);
  return {
    ...result,
    usableMs: result.ours,
    frameP95Ms: percentile(frames.ours, 0.95),
    peerFrameP95Ms: percentile(frames.peer, 0.95),
    heapMB: heapBytes / 1e6,
    eventMs: spreadOf(events).median,
    eventSpread: spreadOf(events),
    containers: CONTAINERS,
    running: RUNNING,
  };
}

/** The hull counts every container, and rows are there. */
async function allShown(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Containers' }).getByText(String(RUNNING), { exact: true }).waitFor({ timeout: 120_000 });
  await page.locator('article[data-kind="container"]').first().waitFor();
}

/** From the navigation to rows on the screen that answer a key. */
async function usable(page: Page, origin: string): Promise<number> {
  await page.bringToFront();
  return timeOf(async () => {
    await page.goto(`${origin}/`, { waitUntil: 'commit' });
    await page.locator('article[data-kind="container"]').first().waitFor();
    await painted(page);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
  });
}

/** From the moment that the engine itself gives its event, on the same clock, to the row's new state on the screen. */
async function eventToScreen(
  page: Page,
  { docker, origin }: { docker: (...args: string[]) => Promise<string>; origin: string },
): Promise<number> {
  const created = (await docker('create', '--network', 'none', IMAGE)).trim();
  const container = JSON.parse(await docker('inspect', created))[0] as { Name: string };
  const shortName = container.Name.slice(1);
  await page.goto(`${origin}/`);
  const row = page.locator('article[data-kind="container"]').filter({ hasText: shortName }).first();
  await row.waitFor();
  await page.evaluate((wanted) => {
    const shown = Promise.withResolvers<number>();
    Object.assign(globalThis, { shown: shown.promise });
    const look = () => {
      const rows = [...document.querySelectorAll('article[data-kind="container"]')];
      const one = rows.find((candidate) => candidate.textContent?.includes(wanted));
      if (one?.querySelector('[data-state="running"]') == null) return;
      observer.disconnect();
      requestAnimationFrame(() => shown.resolve(Date.now()));
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  }, shortName);
  const since = String(Math.floor(Date.now() / 1000) - 1);
  await docker('start', created);
  const shownAt = await page.evaluate(() => (globalThis as unknown as { shown: Promise<number> }).shown);
  const until = String(Math.ceil(Date.now() / 1000));
  const filters = ['--filter', `container=${created}`, '--filter', 'event=start'];
  const told = await docker('events', '--since', since, '--until', until, ...filters, '--format', '{{.TimeNano}}');
  await docker('rm', '--force', created);
  return shownAt - Number(told.trim()) / 1e6;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
