import type { Page } from '@playwright/test';
import { createClient } from '../renderer/backend/client.ts';
import { nodePlatform } from '../testing/web-parts.ts';
import type { AppUnderTest } from './app-under-test.ts';
import { expect, test } from './fixtures.ts';
import { removeOwnMachines } from './own-machines.ts';

const WITHIN_MS = 90_000;

test('the logs of two as one, searched; what happened; and a process that is sent a signal', async ({ app, page, shell }) => {
  test.skip(shell === 'electron', 'machines are made before the app is started, which is done here in browser mode');
  await runTwo(app);
  await page.goto(await app.start());

  await test.step('the logs of two machines, merged', async () => {
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: /^Containers/ })
      .click();
    // The overview, which has such a list too, stays until the page is there.
    await expect(page.getByRole('heading', { name: 'Containers', level: 1 })).toBeVisible();
    await page.getByRole('checkbox', { name: 'Select all' }).click();
    await page.getByRole('button', { name: 'Logs', exact: true }).click();
    const log = page.getByRole('log', { name: 'Logs of 2 machines' });
    await expect(log).toContainText('red 3');
    await expect(log).toContainText('blue 3');
    await expect(page.getByRole('group', { name: 'Machines' }).getByRole('button')).toHaveCount(2);
  });

  await test.step('a search counts, goes on, and shows only what matches', async () => {
    await page.getByRole('button', { name: 'Regular expression' }).click();
    const search = page.getByRole('textbox', { name: 'Search' });
    await search.fill('^(red|blue) [12]$');
    await expect(page.getByText(/^\d of 4$/)).toBeVisible();
    await page.getByRole('button', { name: 'Next match' }).click();
    await page.getByRole('button', { name: 'Only lines that match' }).click();
    await expect(page.locator('[role=log] [data-row]')).toHaveCount(4);
    await search.fill('(');
    await expect(page.getByRole('alert')).toContainText('Not a regular expression');
    await search.fill('(x+x+)+y');
    await expect(page.getByText('no match')).toBeVisible();
    await page.getByRole('button', { name: 'Only lines that match' }).click();
    await search.fill('');
  });

  await test.step('one machine’s lines are taken away and come back', async () => {
    const red = page.getByRole('group', { name: 'Machines' }).getByRole('button', { name: 'red' });
    await red.click();
    await expect(page.getByRole('log', { name: 'Logs of 2 machines' })).not.toContainText('red 1');
    await red.click();
    await expect(page.getByRole('log', { name: 'Logs of 2 machines' })).toContainText('red 1');
  });

  await test.step('all lines are saved', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save all lines' }).click()]);
    expect(download.suggestedFilename()).toMatch(/and-1-more.*\.log$/);
  });

  await openMachine(page, 'red');
  await test.step('what happened', async () => {
    await page.getByRole('tab', { name: 'Events' }).click();
    const events = page.getByRole('list', { name: 'What happened to red' });
    await expect(events).toContainText('Created');
    await expect(events).toContainText('Started');
  });

  await test.step('a process gets a signal', async () => {
    await page.getByRole('tab', { name: 'Processes' }).click();
    const rowOf = (command: string) => page.getByRole('row').filter({ has: page.getByText(command, { exact: true }) });
    const row = rowOf('sleep 2001');
    await row.getByRole('button', { name: 'Signal sleep…' }).click();
    const dialog = page.getByRole('dialog', { name: /^Send a signal to sleep/ });
    await expect(dialog).toContainText('sleep 2001');
    await dialog.getByRole('button', { name: 'Send SIGTERM' }).click();
    // While a dialog is open, the page behind it is hidden from everyone.
    await expect(dialog).toBeHidden();
    await expect(rowOf('sleep 2002')).toHaveCount(1);
    await expect(row).toHaveCount(0);
  });

  await removeOwnMachines(await app.start());
});

async function openMachine(page: Page, name: string): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: /^Containers/ })
    .click();
  await page.getByRole('link', { name, exact: true }).click();
}

/** Two containers that write some lines and stay. */
async function runTwo(app: AppUnderTest): Promise<void> {
  const signal = AbortSignal.timeout(WITHIN_MS);
  const address = await app.start();
  const response = await fetch(address, { redirect: 'manual', signal });
  const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const channel = await nodePlatform(new URL(address).origin, cookie).openRpc(signal);
  try {
    const client = createClient(channel.link);
    await client.inventory.search(undefined, { signal });
    const engineId = await embeddedEngine(client, signal);
    await client.images.buildStarter({ engineId }, { signal });
    for (const name of ['red', 'blue']) {
      const script = `for i in 1 2 3; do echo ${name} $i; done; sleep 2001 & sleep 2002 & wait; sleep 2003`;
      const spec = { image: 'catamaran/starter', name, entrypoint: ['sh', '-c'], command: [script] };
      await client.containers.create({ engineId, spec, start: true }, { signal });
    }
  } finally {
    channel.close();
  }
}

async function embeddedEngine(client: ReturnType<typeof createClient>, signal: AbortSignal) {
  for await (const event of await client.inventory.watch(undefined, { signal })) {
    const found = event.engines.find(({ embedded, health }) => embedded && health.status === 'healthy');
    if (found !== undefined) return found.id;
  }
  throw new Error('the embedded engine did not start');
}
