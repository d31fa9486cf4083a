import { expect, test } from './fixtures.ts';
import { openFirstMachine, remove, runStarterOnBothHulls } from './steps.ts';

test('a virtual machine that is renamed, changed, cloned, removed, restored and deleted for good', async ({ appPage: page }) => {
  const main = page.getByRole('navigation', { name: 'Main' });
  const dialog = page.getByRole('dialog');
  const machine = (name: string) => page.getByRole('row', { name: new RegExp(`\\b${name}\\b`) });
  const openList = () => main.getByRole('link', { name: 'Virtual machines' }).click();
  await runStarterOnBothHulls(page);
  await openFirstMachine(page, 'vm');

  await page.getByRole('tab', { name: 'Hardware' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('original');
  await page.getByRole('button', { name: 'Rename' }).click();
  await expect(page.getByRole('heading', { name: 'original' })).toBeVisible();
  await page.getByRole('textbox', { name: 'Memory, MiB' }).fill('300');
  await expect(page.getByText('At next start: Memory.')).toBeVisible();
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(page.getByText('Changed, and waiting for the next start: Memory.')).toBeVisible();
  await page.getByRole('tab', { name: 'Disks' }).click();
  await expect(page.getByRole('button', { name: 'Add a disk' })).toHaveAccessibleDescription(/runs an image’s process from the one disk/);

  await page.getByRole('button', { name: 'More actions for original' }).click();
  await page.getByRole('menuitem', { name: 'Clone…' }).click();
  await expect(dialog.getByText(/stands alone from then on\. About .* of room/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Linked' }).click();
  await expect(dialog.getByText(/built upon a snapshot of original/)).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Name' }).fill('offshoot');
  await dialog.getByRole('button', { name: 'Clone', exact: true }).click();
  await openList();
  await expect(machine('offshoot').getByText('Stopped')).toBeVisible();

  await page.getByRole('link', { name: 'original' }).click();
  await remove(page);
  await openList();
  await page.getByRole('button', { name: 'Bin' }).click();
  await expect(dialog.getByText('offshoot built upon it')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Delete original for good' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Restore original' }).click();
  await expect(dialog.getByText('The bin is empty')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(machine('original').getByText('Stopped')).toBeVisible();

  for (const name of ['offshoot', 'original']) {
    await page.getByRole('link', { name }).click();
    await remove(page);
    await openList();
  }
  await page.getByRole('button', { name: 'Bin' }).click();
  await dialog.getByRole('button', { name: 'Empty the bin' }).click();
  await dialog.filter({ hasText: 'Delete 2 machines for good?' }).getByRole('button', { name: 'Delete for good' }).click();
  await expect(dialog.getByText('The bin is empty')).toBeVisible();
});
