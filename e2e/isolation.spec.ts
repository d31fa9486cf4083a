import { expect, test } from './fixtures.ts';
import { goToOverview, hullRows, openFirstMachine, runStarterOnBothHulls } from './steps.ts';

test('how machines are kept apart, bounded while they run, and joined by networks', async ({ appPage: page }) => {
  await runStarterOnBothHulls(page);

  await test.step('a container has namespaces of its own, a virtual machine a kernel of its own', async () => {
    await openFirstMachine(page, 'container');
    await page.getByRole('tab', { name: 'Isolation' }).click();
    const namespaces = page.getByRole('table', { name: 'Namespaces' });
    await expect(namespaces.getByRole('row', { name: /^pid/ })).toContainText('its own');
    await expect(namespaces.getByRole('row', { name: /^time/ })).toContainText('the host’s');
    await expect(page.getByRole('list', { name: /dropped$/ })).toContainText('SYS_ADMIN');
    await goToOverview(page);
    await openFirstMachine(page, 'vm');
    await page.getByRole('tab', { name: 'Isolation' }).click();
    await expect(page.getByRole('table', { name: 'Namespaces' }).getByRole('row', { name: /^pid/ })).toContainText('the host’s');
    await expect(page.getByText('Kernel inside')).toBeVisible();
    await goToOverview(page);
  });

  await test.step('the memory slider moves the limit and its line, and Undo moves them back', async () => {
    await openFirstMachine(page, 'container');
    await page.getByRole('button', { name: 'Limits', exact: true }).click();
    const panel = page.getByRole('region', { name: /^Limits of/ });
    const memory = panel.getByRole('textbox', { name: 'Memory', exact: true });
    await memory.fill('64');
    await memory.press('Enter');
    await expect(panel.getByRole('status')).toContainText('Memory 64');
    const graph = page.locator('figure').filter({ hasText: 'Memory' });
    await expect(graph).toContainText('64 MiB');
    const slider = panel.getByRole('slider', { name: 'Memory, slider' });
    // The graph may hear of the new limit first.
    await expect(slider).toHaveAttribute('aria-valuetext', '64 MiB');
    await slider.press('ArrowRight');
    await expect(graph).toContainText('80 MiB');
    await panel.getByRole('button', { name: 'Undo' }).click();
    await expect(graph).toContainText('64 MiB');
    await memory.fill('1');
    await expect(panel.getByRole('alert')).toContainText('From 6 MiB');
    await memory.press('Escape');
    await page.getByRole('button', { name: /^Restarts: / }).click();
    await expect(page.getByText('After the host starts again')).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('a network is made, joined, drawn, left and removed', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Networks' }).click();
    await page.getByRole('button', { name: 'Create network' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('textbox', { name: 'Name' }).fill('harbour');
    await drawer.getByRole('switch', { name: 'Internal' }).click();
    await drawer.getByRole('button', { name: 'Create network' }).click();
    const row = page.getByRole('row', { name: /harbour/ });
    await expect(row).toContainText('Internal');

    await row.getByRole('button', { name: 'harbour', exact: true }).click();
    await drawer.getByRole('combobox', { name: 'Machine' }).click();
    await page.getByRole('option', { name: /^starter/ }).click();
    await drawer.getByRole('textbox', { name: 'Names on this network' }).fill('boat');
    await drawer.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(drawer.getByRole('list', { name: 'On it' })).toContainText('boat');
    await drawer.getByRole('button', { name: 'Close' }).click();

    await page.getByRole('button', { name: 'Drawing' }).click();
    await expect(page.getByRole('button', { name: /^Network harbour \(internal\): starter/ })).toBeVisible();
    await expect(page.locator('path[data-edge]')).toHaveCount(3);
    await page.getByRole('button', { name: 'Who meets whom' }).click();
    await expect(page.getByRole('table', { name: 'Who can talk to whom' })).toContainText('harbour (internal)');

    await page.getByRole('button', { name: 'List' }).click();
    await row.getByRole('button', { name: 'harbour', exact: true }).click();
    await drawer.getByRole('button', { name: /^Disconnect starter/ }).click();
    await expect(drawer.getByText('0 machines on it')).toBeVisible();
    await drawer.getByRole('button', { name: 'Close' }).click();
    await row.getByRole('button', { name: 'Remove harbour' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Remove/ })
      .click();
    await expect(row).toHaveCount(0);
  });

  await goToOverview(page);
  await expect(hullRows(page, 'container')).toHaveCount(1);
});
