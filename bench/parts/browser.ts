import { type Browser, chromium, type Page } from '@playwright/test';
import config from '../../playwright.config.ts';

/** The browser of the end-to-end tests. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch(config.use?.launchOptions);
}

/** Resolves when what is in the page now is on the screen. */
export async function painted(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        // The second frame begins after the first has been painted.
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }),
  );
}
