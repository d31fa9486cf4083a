import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { hullRows, openFirstMachine } from './steps.ts';

/** Drops files as a person does from a file manager. */
async function drop(page: Page, target: string, files: { name: string; text: string }[]): Promise<void> {
  const data = await page.evaluateHandle((all) => {
    const transfer = new DataTransfer();
    for (const { name, text } of all) transfer.items.add(new File([text], name));
    return transfer;
  }, files);
  await page.dispatchEvent(target, 'dragover', { dataTransfer: data });
  await page.dispatchEvent(target, 'drop', { dataTransfer: data });
}

test('files of a container are browsed, uploaded, viewed, renamed and deleted, and what changed is marked', async ({ appPage: page }) => {
  await page.getByRole('link', { name: 'Images' }).click();
  await page.getByRole('button', { name: /^Run .*starter.* as a container$/ }).click({ timeout: 90_000 });
  await page.getByRole('link', { name: 'Overview' }).click();
  await expect(hullRows(page, 'container').getByText('Running', { exact: true })).toBeVisible();
  await openFirstMachine(page, 'container');
  await page.getByRole('tab', { name: 'Files' }).click();
  const grid = page.getByRole('grid', { name: /^Files in/ });
  await expect(grid.getByRole('button', { name: 'etc', exact: true })).toBeVisible();

  await test.step('a typed path, a dropped file, its mark', async () => {
    await page.getByRole('textbox', { name: 'Path' }).fill('/root');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('grid', { name: 'Files in /root' })).toBeVisible();
    await drop(page, '[role=grid]', [{ name: 'hello world.txt', text: 'two hulls, one boat' }]);
    const row = grid.getByRole('row').filter({ hasText: 'hello world.txt' });
    await expect(row).toContainText('added');
    await expect(row).toContainText('rw-r--r--');
  });

  await test.step('it is viewed, and comes down as it went up', async () => {
    await grid.getByRole('button', { name: 'hello world.txt', exact: true }).click();
    await expect(page.getByRole('dialog').getByText('two hulls, one boat')).toBeVisible();
    const download = page.waitForEvent('download');
    await page.getByRole('dialog').getByRole('button', { name: 'Download' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('hello world.txt');
    expect(await readFile(await file.path(), 'utf8')).toBe('two hulls, one boat');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  });

  await test.step('a new folder, and a file dropped onto its row', async () => {
    await page.getByRole('button', { name: 'New folder' }).click();
    await page.getByRole('textbox', { name: 'Name of the new folder' }).fill('inner');
    await page.getByRole('button', { name: 'Create' }).click();
    await expect(grid.getByRole('button', { name: 'inner', exact: true })).toBeVisible();
    await drop(page, '[data-folder=inner]', [{ name: 'deep', text: 'x' }]);
    await grid.getByRole('button', { name: 'inner', exact: true }).click();
    await expect(grid.getByRole('button', { name: 'deep', exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Up one folder' }).click();
  });

  await test.step('renamed in its line, then deleted after a question that names it', async () => {
    await grid.getByRole('button', { name: 'More for hello world.txt' }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'New name for hello world.txt' }).fill('boat.txt');
    await page.keyboard.press('Enter');
    await expect(grid.getByRole('button', { name: 'boat.txt', exact: true })).toBeVisible();
    await grid.getByRole('button', { name: 'More for boat.txt' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(page.getByRole('dialog', { name: 'Delete boat.txt?' })).toBeVisible();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect(grid.getByRole('button', { name: 'boat.txt', exact: true })).toBeHidden();
  });

  await test.step('only what changed', async () => {
    await page.getByRole('textbox', { name: 'Path' }).fill('/');
    await page.keyboard.press('Enter');
    await expect(grid.getByRole('button', { name: 'bin', exact: true })).toBeVisible();
    await page.getByRole('switch', { name: 'Only changes' }).click();
    await expect(grid.getByRole('button', { name: 'bin', exact: true })).toBeHidden();
    await expect(grid.getByRole('row', { name: /^Select root / })).toContainText('changed');
  });
});

test('a volume is made, filled, exported, imported again and removed', async ({ appPage: page }) => {
  await page.getByRole('link', { name: 'Images' }).click();
  await expect(page.getByRole('button', { name: /^Run .*starter.* as a container$/ })).toBeVisible({ timeout: 90_000 });
  await page.getByRole('link', { name: 'Volumes' }).click();
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('cargo');
  await page.getByRole('textbox', { name: 'Labels' }).fill('crew=two');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  const list = page.getByRole('grid', { name: 'Volumes' });
  await list.getByRole('link', { name: 'cargo', exact: true }).click();
  const files = page.getByRole('grid', { name: 'Files in /' });
  await expect(files).toBeVisible();
  await expect(page.getByText('crew=two')).toBeVisible();
  await drop(page, '[role=grid]', [{ name: 'manifest', text: 'ropes' }]);
  await expect(files.getByRole('button', { name: 'manifest', exact: true })).toBeVisible();

  await page.getByRole('button', { name: 'More for cargo' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Export as tar', exact: true }).click();
  const archive = await (await download).path();
  expect((await readFile(archive)).includes('ropes')).toBe(true);

  await page.getByRole('link', { name: 'All volumes' }).click();
  await page.getByRole('button', { name: 'Import' }).click();
  const picker = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file…' }).click();
  await (await picker).setFiles({ name: 'again.tar', mimeType: 'application/x-tar', buffer: await readFile(archive) });
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
  await list.getByRole('link', { name: 'again', exact: true }).click({ timeout: 30_000 });
  await expect(files.getByRole('button', { name: 'manifest', exact: true })).toBeVisible();

  await page.getByRole('link', { name: 'All volumes' }).click();
  await page.getByRole('button', { name: 'Remove unused' }).click();
  await expect(page.getByRole('dialog')).toContainText('cargo');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove 2' }).click();
  await expect(list.getByRole('link')).toHaveCount(0);
});
