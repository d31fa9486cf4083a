import { expect, test } from './fixtures.ts';

test('from the first run to nothing left: one image on both hulls, watched, typed into, stopped, started, removed', async ({
  app,
  appPage: page,
}) => {
  const containers = page.getByRole('region', { name: 'Containers' });
  const vms = page.getByRole('region', { name: 'Virtual machines' });

  await test.step('the first run offers the starter image on both hulls', async () => {
    await page.getByRole('button', { name: /on both hulls$/ }).click();
    await expect(containers.getByText('Running', { exact: true })).toBeVisible();
    await expect(vms.getByText('Running', { exact: true })).toBeVisible({ timeout: 120_000 });
  });

  const kernels = new Map<string, string>();
  for (const [kind, column] of [
    ['container', containers],
    ['vm', vms],
  ] as const) {
    await test.step(`the graphs of the ${kind} move, and its terminal answers`, async () => {
      await column.getByRole('link').first().click();
      const graphs = page.getByRole('img', { name: /^CPU/ });
      await expect(graphs.first()).toBeVisible();
      await page.getByRole('tab', { name: 'Terminal' }).click();
      const terminal = page.locator('.xterm');
      await terminal.click();
      await page.keyboard.type('echo kernel=$(uname -r)\n');
      const answer = terminal.getByText(/kernel=\d/);
      await expect(answer).toBeVisible();
      kernels.set(kind, /kernel=(\S+)/.exec((await answer.textContent()) ?? '')?.[1] ?? '');
      await page.getByRole('link', { name: 'Overview' }).click();
    });
  }
  expect(kernels.get('vm')).not.toBe(kernels.get('container'));

  await test.step('nothing is left', async () => {
    await app.stop();
    expect(await app.leftovers()).toEqual([]);
  });
});
