// npm run screenshots: the README's pictures, from a real run of the built app with its own engine and guest.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Browser, chromium, type Page } from '@playwright/test';
import { createApp } from '../e2e/app-under-test.ts';
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
  await page.getByRole('button', { name: /on both hulls$/ }).click();
  const vms = page.getByRole('region', { name: 'Virtual machines' });
  await vms.getByText('Running', { exact: true }).waitFor({ timeout: 180_000 });
  await wait(WATCH_MS);
  await take(page, 'overview');

  await vms.getByRole('link').first().click();
  await page.getByRole('tab', { name: 'Overview' }).waitFor();
  await wait(2000);
  await take(page, 'machine');
  await page.getByRole('tab', { name: 'Terminal' }).click();
  await page.locator('.xterm').click();
  await page.keyboard.type('uname -a; cat /etc/os-release 2>/dev/null; uptime\n');
  await wait(2000);
  await take(page, 'terminal');
  await removeAll(page);
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

/** Machines outlive the app: what this run started must end with it. */
async function removeAll(page: Page): Promise<void> {
  for (const list of ['Containers', 'Virtual machines']) {
    await page.getByRole('navigation').getByRole('link', { name: list }).click();
    await page.getByRole('checkbox', { name: 'Select all' }).click();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Remove/ })
      .click();
    await page.getByRole('checkbox', { name: 'Select all' }).waitFor({ state: 'hidden' });
  }
}
