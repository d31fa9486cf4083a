import { defineConfig } from '@playwright/test';
import type { AppOptions } from './e2e/fixtures.ts';

/**
 * The same specs twice: in Chromium against the local web server, and in Electron's window.
 * Everything is real (engines, guests), so one test at a time.
 */
export default defineConfig<AppOptions>({
  testDir: 'e2e',
  workers: 1,
  // For what hangs only: nothing here is a measure of how fast a machine is.
  timeout: 600_000,
  expect: { timeout: 60_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
  outputDir: 'test-results',
  use: {
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'web', use: { shell: 'web' } },
    { name: 'electron', use: { shell: 'electron' } },
  ],
});
