import { _electron, test as base, type Page } from '@playwright/test';
import { installedRuntime } from '../scripts/electron-runtime.mjs';
import { type AppUnderTest, createApp } from './app-under-test.ts';

export interface AppOptions {
  shell: 'web' | 'electron';
}

interface Fixtures extends AppOptions {
  app: AppUnderTest;
  /** The app's page, signed in, with the backend behind it. */
  appPage: Page;
}

export const test = base.extend<Fixtures>({
  shell: ['web', { option: true }],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are needed from the pattern
  app: async ({}, use) => {
    await using app = await createApp();
    await use(app);
  },

  appPage: async ({ app, shell, page }, use, testInfo) => {
    if (shell === 'web') {
      await page.goto(await app.start());
      await use(page);
      return;
    }
    const executablePath = installedRuntime();
    if (executablePath === null) return testInfo.skip(true, 'Electron’s runtime is not installed here (its download needs the network)');
    const electron = await _electron.launch({ executablePath, args: ['.', '--no-sandbox'], env: app.env });
    try {
      await use(await electron.firstWindow());
    } finally {
      await electron.close();
    }
  },
});

export { expect } from '@playwright/test';
