import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { startFileServer } from '../testing/file-server.ts';
import { expect, test } from './fixtures.ts';

const entry = (id: string, url: string) => ({
  id,
  version: id.replace('test-', ''),
  architecture: 'x86_64',
  url: `${url}/${id}.qcow2`,
  checksum: { url: `${url}/SHA256SUMS`, algorithm: 'sha256', format: 'list' },
  defaultUser: 'tester',
  firmware: 'bios',
  minimumMemoryMiB: 64,
  minimumDiskGiB: 1,
  cloudInit: true,
  guestAgent: false,
});

test('images for virtual machines: downloaded with a pause over a restart, verified, imported, refused, removed', async ({
  app,
  appPage: page,
  shell,
}) => {
  await using server = await startFileServer();
  const raw = join(app.folder, 'own.raw');
  await writeFile(raw, Buffer.concat([Buffer.alloc(510), Buffer.from([0x55, 0xaa]), randomBytes(3_000_000)]));
  await truncate(raw, 8 * 1024 * 1024);
  const made = (format: string, ...more: string[]) => {
    const path = join(app.folder, `own.${format}`);
    execFileSync('qemu-img', ['convert', '-q', '-f', 'raw', '-O', format, ...more, raw, path]);
    return path;
  };
  const content = await readFile(made('qcow2'));
  const sum = createHash('sha256').update(content).digest('hex');
  server.add('/SHA256SUMS', `${sum} *test-1.qcow2\n${'0'.repeat(64)} *test-2.qcow2\n`);
  server.add('/test-1.qcow2', content, { stallAt: 1_000_000 });
  server.add('/test-2.qcow2', content);
  const entries = [entry('test-1', server.url), entry('test-2', server.url)];
  await writeFile(join(app.folder, 'data', 'config', 'catalogue.json'), JSON.stringify([{ distribution: 'Test', images: entries }]));

  await test.step('the images of virtual machines stand beside those of containers', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Images' }).click();
    await page.getByRole('button', { name: 'Virtual machines', exact: true }).click();
    await expect(page.getByText('No images for virtual machines yet')).toBeVisible();
  });

  await test.step('the catalogue offers four distributions and entries of one’s own', async () => {
    await openCatalogue(page);
    for (const name of ['Debian', 'Ubuntu', 'Fedora', 'Alpine', 'Test']) await expect(page.getByRole('region', { name })).toBeVisible();
    await page.getByRole('button', { name: 'Download Test 1 (x86_64)' }).click();
    await page.getByRole('button', { name: 'Close' }).click();
    await expect(row(page, 'Test 1').getByRole('progressbar')).toHaveAttribute('aria-valuenow', /[1-9]/);
  });

  await test.step('a download is paused, survives a restart, and goes on from where it was', async () => {
    await page.getByRole('button', { name: 'Pause Test 1' }).click();
    await expect(row(page, 'Test 1').getByText(/^Paused at/)).toBeVisible();
    if (shell === 'web') {
      await app.stop();
      await page.goto(await app.start());
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Images' }).click();
      await page.getByRole('button', { name: 'Virtual machines', exact: true }).click();
    }
    server.add('/test-1.qcow2', content);
    await page.getByRole('button', { name: 'Resume Test 1' }).click();
    await expect(row(page, 'Test 1').getByText('Verified')).toBeVisible();
    expect(server.requests.at(-1)?.range).toMatch(/^bytes=[1-9]/);
  });

  await test.step('what is known of it is shown', async () => {
    await page.getByRole('button', { name: 'Test 1', exact: true }).click();
    const details = page.getByRole('dialog', { name: 'Test 1' });
    await expect(details.getByText(sum)).toBeVisible();
    await expect(details.getByText('tester')).toBeVisible();
    await details.getByRole('button', { name: 'Close' }).click();
  });

  await test.step('a file that is not what was published is not used, and both sums are said', async () => {
    await openCatalogue(page);
    await page.getByRole('button', { name: 'Download Test 2 (x86_64)' }).click();
    await expect(page.getByText(new RegExp(`SHA256 is ${sum} and should be 0{64}`)).first()).toBeVisible();
    await page.getByRole('button', { name: 'Close' }).first().click();
    await expect(row(page, 'Test 2')).toHaveCount(0);
  });

  await test.step('a disk is sent from the page and becomes a qcow2', async () => {
    await page.getByRole('button', { name: 'Add…' }).click();
    const chosen = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a file…' }).click();
    await (await chosen).setFiles(made('vdi'));
    await page.getByRole('textbox', { name: 'Name' }).fill('My server');
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(row(page, 'My server').getByText('Ready')).toBeVisible();
  });

  await test.step('one that reads another file of this computer is refused', async () => {
    const hostile = join(app.folder, 'hostile.qcow2');
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/passwd', hostile, '8M']);
    await page.getByRole('button', { name: 'Add…' }).click();
    await page.getByRole('button', { name: 'A path on the host' }).click();
    await page.getByRole('textbox', { name: 'Path' }).fill(hostile);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(page.getByText(/reads from another file: \/etc\/passwd/).first()).toBeVisible();
    await expect(row(page, 'hostile')).toHaveCount(0);
  });

  await test.step('images are removed, and their space comes back', async () => {
    await row(page, 'My server').getByRole('button', { name: 'Remove My server' }).click();
    await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Remove' }).click();
    await expect(row(page, 'My server')).toHaveCount(0);
    await expect(row(page, 'Test 1')).toBeVisible();
  });
});

async function openCatalogue(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Cloud images…' }).first().click();
  await expect(page.getByRole('dialog', { name: 'Cloud images' })).toBeVisible();
}

function row(page: Page, name: string) {
  return page.getByRole('grid', { name: 'Images for virtual machines' }).getByRole('row').filter({ hasText: name });
}
