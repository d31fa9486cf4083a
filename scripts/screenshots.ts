// npm run screenshots: the README's pictures, from a real run of the built app with its own engine and guest.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Browser, chromium, type Page } from '@playwright/test';
import { createApp } from '../e2e/app-under-test.ts';
import { answerOf, goToOverview, openFirstMachine, openTerminal, remove, runStarterOnBothHulls } from '../e2e/steps.ts';
import playwrightConfig from '../playwright.config.ts';

const folder = resolve(import.meta.dirname, '..', 'docs', 'screenshots');
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
/** So that the graphs show something besides a start. */
const WATCH_MS = 60_000;

await mkdir(folder, { recursive: true });
await using app = await createApp();
const browser = await chromium.launch(playwrightConfig.use?.launchOptions);
try {
  await takeAll(browser);
} finally {
  await browser.close();
}

async function takeAll(browser: Browser): Promise<void> {
  const page = await browser.newPage({ viewport: SIZES[0], locale: 'en' });
  await page.goto(await app.start());
  await runStarterOnBothHulls(page);
  await wait(WATCH_MS);
  await take(page, 'overview');

  await openFirstMachine(page, 'vm');
  await wait(2000);
  await take(page, 'machine');
  const rows = await openTerminal(page);
  await answerOf(page, { rows, command: 'uname -a; uptime; ls /', pattern: /(load average)/ });
  await take(page, 'terminal');

  // Machines outlive the app: what this run started ends with it.
  await remove(page);
  await goToOverview(page);
  await openFirstMachine(page, 'container');
  await remove(page);
}

async function take(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const size of SIZES) {
      await page.setViewportSize(size);
      // The graphs draw themselves anew at the next frame.
      await wait(500);
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${size.width}x${size.height}.png`) });
    }
  }
}
