import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { type LayeredImage, layeredArchive, layerTar } from '../testing/layered-image.ts';
import { expect, test } from './fixtures.ts';

const BASE = {
  createdBy: 'ADD rootfs /',
  files: { 'etc/': { type: 'directory' as const }, 'etc/name': 'base', big: 'x'.repeat(3_000_000) },
};
const IMAGES: LayeredImage[] = [
  { name: 'shop/base:1', steps: [BASE] },
  {
    name: 'shop/app:1',
    steps: [
      BASE,
      { createdBy: 'ENV API_TOKEN=abc' },
      { createdBy: 'RUN rm /big', files: { '.wh.big': '' } },
      { createdBy: 'COPY app /app', files: { 'app/': { type: 'directory' }, 'app/main': 'y'.repeat(200_000), 'app/line\nbreak': '' } },
    ],
    config: { Cmd: ['/app/main'], Env: ['API_TOKEN=abc'] },
  },
];

test('images: loaded, looked into, compared, named, saved, imported, pruned', async ({ app, appPage: page, shell }) => {
  const archive = join(app.folder, 'shop.tar');
  await writeFile(archive, await layeredArchive(IMAGES));
  await goToImages(page);

  await test.step('an archive with two images is loaded; what they share is counted once', async () => {
    await pickFile(page, 'Load an archive…', archive);
    await page.getByRole('button', { name: 'Load', exact: true }).click();
    await expect(row(page, 'shop/app:1')).toBeVisible();
    await closeTasks(page);
    await expect(row(page, 'shop/base:1').getByRole('gridcell').nth(4)).toHaveText('0 B');
    await expect(row(page, 'shop/base:1').getByRole('gridcell').nth(5)).toHaveText(/2\.8\d\sMiB/);
    await expect(row(page, 'shop/app:1').getByRole('gridcell').nth(5)).toHaveText(/2\.8\d\sMiB/);
  });

  await test.step('its page shows the configuration without its secrets', async () => {
    await page.getByRole('link', { name: 'shop/app:1' }).click();
    await expect(page.getByText('API_TOKEN=••••••••')).toBeVisible();
    await page.getByRole('button', { name: 'Show secrets' }).click();
    await expect(page.getByText('API_TOKEN=abc')).toBeVisible();
  });

  await test.step('every layer with its instruction, its files and what it wastes', async () => {
    await page.getByRole('tab', { name: 'Layers' }).click();
    const layers = page.getByRole('listbox', { name: /Layers/ });
    await expect(layers.getByRole('option')).toHaveCount(3);
    await layers.getByRole('option', { name: /ADD rootfs/ }).click();
    await expect(page.getByText('hidden by layer 2', { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Wasted' }).click();
    await expect(page.getByRole('treeitem')).toHaveCount(1);
    await layers.getByRole('option', { name: /COPY app/ }).click();
    const folder = page.getByRole('treeitem', { name: /app/ }).first();
    await folder.click();
    await expect(page.getByRole('treeitem', { name: /main/ })).toBeVisible();
    await expect(page.getByRole('treeitem', { name: /line\\nbreak/ })).toBeVisible();
    await page.getByRole('searchbox', { name: 'Filter files…' }).fill('main');
    await expect(page.getByRole('treeitem')).toHaveCount(1);
    await layers.getByRole('option', { name: /RUN rm/ }).press('Enter');
    await expect(page.getByRole('img', { name: 'Removed' })).toBeVisible();
  });

  await test.step('two side by side: the shared layer is marked on both', async () => {
    await page.getByRole('tab', { name: 'Compare' }).click();
    for (const name of ['shop/app:1', 'shop/base:1']) {
      await expect(page.getByRole('region', { name: `Layers of ${name}` }).getByText('shared', { exact: true })).toHaveCount(1);
    }
  });

  await test.step('without a scanner the tab says how to get one', async () => {
    await page.getByRole('tab', { name: 'Contents' }).click();
    await expect(page.getByText(/No scanner is installed on|Not scanned yet/)).toBeVisible();
  });

  await test.step('a name is added, a bad one refused, and taken away again', async () => {
    await page.getByRole('button', { name: 'Names…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Another name' }).fill('Not A Name');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await expect(dialog.getByRole('alert')).toContainText('is not an image name');
    await dialog.getByRole('textbox', { name: 'Another name' }).fill('shop/second:2');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.getByRole('button', { name: 'Take the name shop/second:2 away' }).click();
    await expect(dialog.getByRole('listitem')).toHaveCount(1);
    await dialog.getByRole('button', { name: 'Close' }).click();
  });

  if (shell === 'web') {
    await test.step('it is saved as an archive that holds it', async () => {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save…' }).click();
      const saved = await download;
      expect(saved.suggestedFilename()).toBe('shop_app_1.tar');
      expect((await readFile(await saved.path())).includes('shop/app:1')).toBe(true);
      await closeTasks(page);
    });
  }

  await test.step('a root filesystem is imported; half of one is refused', async () => {
    await goToImages(page);
    const tar = await layerTar({ hello: 'x'.repeat(100_000) });
    await importAs(page, { path: join(app.folder, 'half.tar'), bytes: tar.subarray(0, 50_000), name: 'half:1' });
    await expect(page.getByText('it ends in the middle').first()).toBeVisible();
    await closeTasks(page);
    await importAs(page, { path: join(app.folder, 'whole.tar'), bytes: tar, name: 'whole:1' });
    await expect(row(page, 'whole:1')).toBeVisible();
    await closeTasks(page);
    await expect(row(page, 'half:1')).toHaveCount(0);
  });

  await test.step('a prune says what goes and what comes back, and takes exactly that', async () => {
    await page.getByRole('button', { name: 'More for images' }).click();
    await page.getByRole('menuitem', { name: 'Prune…' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByText('Nothing would go.')).toBeVisible();
    await dialog.getByRole('button', { name: 'All that nothing uses' }).click();
    await expect(dialog.getByText(/^3 images go, 3\.\d+\sMiB come back/)).toBeVisible();
    await dialog.getByRole('button', { name: 'Remove 3 images' }).click();
    await expect(row(page, 'shop/app:1')).toHaveCount(0);
    await expect(row(page, 'whole:1')).toHaveCount(0);
    await expect(row(page, 'starter')).toBeVisible();
  });
});

async function goToImages(page: Page): Promise<void> {
  // The first page is there once the engine has answered.
  await expect(page.getByText('All engines answer').first()).toBeVisible({ timeout: 120_000 });
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: /^Images/ })
    .click();
  await expect(row(page, 'starter')).toBeVisible();
}

function row(page: Page, name: string) {
  return page.getByRole('row').filter({ hasText: name });
}

async function pickFile(page: Page, item: string, path: string): Promise<void> {
  await page.getByRole('button', { name: 'More for images' }).click();
  await page.getByRole('menuitem', { name: item }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose…' }).click();
  await (await chooser).setFiles(path);
}

async function importAs(page: Page, { path, bytes, name }: { path: string; bytes: Buffer; name: string }): Promise<void> {
  await writeFile(path, bytes);
  await pickFile(page, 'Import a root filesystem…', path);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
}

async function closeTasks(page: Page): Promise<void> {
  await page.getByRole('dialog', { name: 'Tasks' }).getByRole('button', { name: 'Close' }).click();
}
