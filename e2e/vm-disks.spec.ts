import { expect, test } from './fixtures.ts';
import { openFirstMachine, runStarterOnBothHulls } from './steps.ts';

test('the disk of a twin: its chain, grown and compacted while it runs, checked when it is stopped', async ({ appPage: page }) => {
  await runStarterOnBothHulls(page);
  await openFirstMachine(page, 'vm');
  await page.getByRole('tab', { name: 'Disks' }).click();
  const disk = page.getByRole('article', { name: 'root' });
  await expect(disk.getByRole('progressbar', { name: 'Room that root takes' })).toBeVisible();
  await expect(disk.getByRole('list', { name: 'What root is built upon' }).getByRole('listitem')).toHaveCount(2);
  await expect(disk.getByText(/Check.*Shut it down first/)).toBeVisible();

  await disk.getByRole('button', { name: 'Grow' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('textbox', { name: 'Size in GiB' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(disk.getByRole('button', { name: 'Grow' })).toBeFocused();
  await page.keyboard.press('Enter');
  await dialog.getByRole('textbox', { name: 'Size in GiB' }).fill('12');
  await dialog.getByRole('button', { name: 'Grow' }).click();
  await expect(disk.getByRole('status')).toHaveText(/It has 12\sGiB now, and so has the filesystem in it/);

  await disk.getByRole('button', { name: 'Compact' }).click();
  await dialog.getByRole('button', { name: 'Compact' }).click();
  await expect(disk.getByRole('status')).toHaveText(/Compacted from .* to .*: the host has .* back|Nothing to give back/);

  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(disk.getByRole('button', { name: 'Check' })).toBeEnabled();
  await disk.getByRole('button', { name: 'Check' }).click();
  await expect(disk.getByRole('status')).toHaveText('Checked: nothing is wrong with it.');
});
