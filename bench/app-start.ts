import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { CONTRACT_VERSION } from '../backend/contract/index.ts';
import { type AppUnderTest, createApp } from '../e2e/app-under-test.ts';
import { type BackendClient, createClient } from '../renderer/backend/client.ts';
import { exchangeLink, nodePlatform } from '../testing/web-parts.ts';
import { type BenchContext, type BenchResult, interleave, spreadOf } from './harness.ts';
import { launchBrowser, painted } from './parts/browser.ts';
import { startServer } from './parts/child.ts';

export const name = 'app-start';
export const describe =
  'from the start of the built app’s process to its first answered call (answerMs) and to its painted page in an open Chromium (paintMs), against a bare Node HTTP server and its one-line page; ours and peer are the paint';

export async function run(context: BenchContext): Promise<BenchResult> {
  await using app = await createApp();
  // Whether it is there decides nothing here, and its own start would go on beside what is measured.
  await writeFile(
    join(app.folder, 'data', 'config', 'settings.json'),
    JSON.stringify({ version: 1, language: 'en', embeddedEngine: false }),
  );
  const browser = await launchBrowser();
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => browser.close());
  await firstStart(app, context);

  const answers = { ours: [] as number[], peer: [] as number[] };
  const result = await interleave(
    {
      ours: async () => {
        answers.ours.push(await timeOf(() => startAndAsk(app)));
        await app.stop();
        const page = await browser.newPage();
        const ms = await timeOf(async () => shown(page, await app.start()));
        await page.close();
        await app.stop();
        return ms;
      },
      peer: async () => {
        answers.peer.push(
          await timeOf(async () => {
            await using server = await startServer(['bench/parts/one-line-server.mjs']);
            await (await fetch(server.said)).text();
          }),
        );
        const page = await browser.newPage();
        await using cleanup = new AsyncDisposableStack();
        const ms = await timeOf(async () => shown(page, cleanup.use(await startServer(['bench/parts/one-line-server.mjs'])).said));
        await page.close();
        return ms;
      },
      runs: 9,
      warmup: 2,
      unit: 'ms',
    },
    context,
  );
  return { ...result, answerMs: spreadOf(answers.ours).median, peerAnswerMs: spreadOf(answers.peer).median, paintMs: result.ours };
}

/** Which accelerator runs guests is tried out once for a machine; later starts know it. */
async function firstStart(app: AppUnderTest, { log, signal }: BenchContext): Promise<void> {
  log('first start');
  const client = await connect(await app.start());
  for await (const event of await client.inventory.watch(undefined, { signal })) {
    const vms = event.engines.find(({ machineKind }) => machineKind === 'vm');
    if (vms !== undefined && (vms.accelerator !== null || vms.health.problem !== null)) break;
  }
  await app.stop();
}

async function startAndAsk(app: AppUnderTest): Promise<void> {
  await (await connect(await app.start())).app.hello({ contractVersion: CONTRACT_VERSION });
}

async function connect(launchUrl: string): Promise<BackendClient> {
  const { origin } = new URL(launchUrl);
  const channel = await nodePlatform(origin, await exchangeLink(launchUrl)).openRpc(AbortSignal.timeout(30_000));
  return createClient(channel.link);
}

async function shown(page: Page, address: string): Promise<void> {
  await page.goto(address, { waitUntil: 'commit' });
  await page.locator('nav').first().waitFor();
  await painted(page);
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
