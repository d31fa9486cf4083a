import { execFileSync } from 'node:child_process';
import { stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';

test('a machine gets disks from the page and from a path, and comes back from an archive at a path', async ({ app, appPage: page }) => {
  const form = page.getByRole('dialog');
  const text = (label: string) => form.getByRole('textbox', { name: label, exact: true });
  const press = (label: string) => form.getByRole('button', { name: label, exact: true }).click();
  const openList = () => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Virtual machines' }).click();
  const made = (name: string, ...args: string[]) => {
    const path = join(app.folder, name);
    execFileSync('qemu-img', ['create', '-q', ...args, path, '8M']);
    return path;
  };

  await test.step('a machine with an empty disk; what microvm needs is said where it is not offered', async () => {
    await openList();
    await page.getByRole('button', { name: 'New virtual machine…' }).first().click();
    await press('Nothing');
    await text('Name').fill('empty');
    await form.getByText('Hardware', { exact: true }).click();
    await form.getByRole('combobox', { name: 'Machine', exact: true }).click();
    await expect(page.getByRole('option', { name: /^microvm/ })).toBeVisible();
    await page.keyboard.press('Escape');
    await press('Create');
    await expect(form).toBeHidden();
  });

  await test.step('disks of a file here and of a path; one that reads another file is refused', async () => {
    await page.getByRole('link', { name: 'empty', exact: true }).click();
    await page.getByRole('tab', { name: 'Disks' }).click();
    const add = page.getByRole('button', { name: 'Add a disk', exact: true });
    await add.click();
    await press('A file here');
    const chosen = page.waitForEvent('filechooser');
    await press('Choose a file…');
    await (await chosen).setFiles(made('here.vmdk', '-f', 'vmdk'));
    await expect(form.getByText('here.vmdk')).toBeVisible();
    await press('Add a disk');
    await expect(page.getByRole('article', { name: 'data1' })).toBeVisible();
    await add.click();
    await press('A path on the host');
    await text('Path').fill(made('there.vdi', '-f', 'vdi'));
    await press('Add a disk');
    await expect(page.getByRole('article', { name: 'data2' })).toBeVisible();
    await add.click();
    await press('A path on the host');
    await text('Path').fill(made('trap.qcow2', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/passwd'));
    await press('Add a disk');
    await expect(page.getByText(/reads from another file: \/etc\/passwd/).first()).toBeVisible();
    await expect(page.getByRole('article', { name: 'data3' })).toHaveCount(0);
  });

  const archive = join(app.folder, 'empty.catamaran-vm');
  await test.step('exported, and imported by its path under another name', async () => {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'More actions for empty' }).click();
    await page.getByRole('menuitem', { name: 'Export' }).click();
    await (await download).saveAs(archive);
    expect((await stat(archive)).size).toBeGreaterThan(0);
    await openList();
    await page.getByRole('button', { name: 'Import…' }).click();
    await press('A path on the host');
    await text('Path').fill(archive);
    await text('Name').fill('returned');
    await press('Import');
    await expect(page.getByRole('row', { name: /\breturned\b/ }).getByText('Stopped')).toBeVisible();
  });

  const newForm = page.getByRole('dialog', { name: 'New virtual machine' });
  const choose = async (path: string) => {
    const chosen = page.waitForEvent('filechooser');
    await press('Choose a file…');
    await (await chosen).setFiles(path);
  };
  await test.step('a file is sent from the form: given up half-way, then chosen, and a machine made of it', async () => {
    await page.getByRole('button', { name: 'New virtual machine…' }).first().click();
    await press('Disk file');
    const large = join(app.folder, 'large.raw');
    await writeFile(large, '');
    await truncate(large, 4 * 1024 ** 3);
    await choose(large);
    await expect(newForm.getByRole('progressbar')).toBeVisible();
    await press('Cancel large');
    await choose(made('sent.vmdk', '-f', 'vmdk'));
    await expect(newForm.getByRole('combobox', { name: 'Image' })).toContainText('sent');
    await press('Create');
    await expect(newForm).toBeHidden({ timeout: 60_000 });
    await expect(page.getByRole('row', { name: /\bsent\b/ }).getByText('Stopped')).toBeVisible();
  });

  await test.step('a disc that is dropped on the form is put into its drive, and an archive is a machine already', async () => {
    await page.getByRole('button', { name: 'New virtual machine…' }).first().click();
    const dataTransfer = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      const disc = new Uint8Array(2 ** 17);
      disc.set(new TextEncoder().encode('CD001'), 32_769);
      transfer.items.add(new File([disc], 'setup.iso'));
      return transfer;
    });
    await newForm.getByRole('group', { name: 'Made of' }).dispatchEvent('drop', { dataTransfer });
    await expect(newForm.getByRole('combobox', { name: 'Path of the disc (ISO)' })).toHaveValue(/\/setup\/disc\.iso$/);
    await choose(archive);
    const importing = page.getByRole('dialog', { name: 'Import a virtual machine' });
    await expect(importing.getByText('empty.catamaran-vm')).toBeVisible();
    await importing.getByRole('textbox', { name: 'Name', exact: true }).fill('again');
    await importing.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(newForm).toBeHidden();
    await expect(page.getByRole('row', { name: /\bagain\b/ }).getByText('Stopped')).toBeVisible();
  });
});
