import { expect, test } from './fixtures.ts';
import { goToOverview, openFirstMachine, remove, runStarterOnBothHulls } from './steps.ts';

test('the inside of a workload: its facts, its address, its processes', async ({ appPage: page }) => {
  await runStarterOnBothHulls(page);
  await openFirstMachine(page, 'vm');

  await test.step('its init tells its system, its filesystem and its address', async () => {
    await page.getByRole('tab', { name: 'Guest' }).click();
    const inside = page.getByRole('region', { name: /^Inside / });
    await expect(inside.getByRole('region', { name: 'System', exact: true })).toContainText('x86_64');
    await expect(inside.getByRole('progressbar', { name: /^\/: \d+ % used$/ })).toBeVisible();
    await expect(inside.getByRole('row', { name: /^eth0/ })).toContainText('10.0.2.15/24');
  });

  await test.step('its processes are the guest’s, without numbers on the host', async () => {
    await page.getByRole('tab', { name: 'Processes' }).click();
    const processes = page.getByRole('grid', { name: /^Processes of/ });
    await expect(processes.getByRole('row', { name: /init/ }).first()).toBeVisible();
    await expect(processes.getByRole('columnheader', { name: 'PID' })).toBeVisible();
    await expect(processes.getByRole('columnheader', { name: 'On the host' })).toHaveCount(0);
  });

  await test.step('files are not offered where there are none to be had', async () => {
    await expect(page.getByRole('tab', { name: 'Files' })).toHaveCount(0);
  });

  await remove(page);
  await goToOverview(page);
  await openFirstMachine(page, 'container');
  await expect(page.getByRole('tab', { name: 'Guest' })).toHaveCount(0);
  await remove(page);
});
