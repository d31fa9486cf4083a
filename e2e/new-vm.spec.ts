import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';

/** A first machine waits for the trial of accelerators. */
const FIRST_VM_MS = 180_000;

test('a virtual machine from the drawer: told by YAML and form, made, started, and given up half-way', async ({ app, appPage: page }) => {
  const form = page.getByRole('dialog', { name: 'New virtual machine' });
  const field = (label: string) => form.getByRole('textbox', { name: label, exact: true });
  const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
  const pick = (group: string, choice: string) =>
    form.getByRole('group', { name: group, exact: true }).getByRole('button', { name: choice, exact: true }).click();
  const create = (name: 'Create' | 'Create and start') => form.getByRole('button', { name, exact: true });
  const open = async () => {
    await page.getByRole('button', { name: 'New virtual machine…' }).first().click();
    await expect(field('Name')).toBeVisible();
  };
  const vmsFolder = join(app.folder, 'data', 'vms');

  await test.step('an empty disk: created, started, and seen to run', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Virtual machines' }).click();
    await open();
    await expect(create('Create and start')).toBeDisabled();
    await pick('Made of', 'Nothing');
    await field('Name').fill('empty');
    await field('Memory, MiB').fill('12');
    await expect(form.getByText('A whole number within reason.')).toBeVisible();
    await expect(create('Create and start')).toBeDisabled();
    await field('Memory, MiB').fill('128');
    await form.getByText('Hardware', { exact: true }).click();
    await form.getByRole('combobox', { name: 'Screen' }).click();
    await page.getByRole('option', { name: 'None' }).click();
    await create('Create and start').click();
    await expect(form).toBeHidden({ timeout: FIRST_VM_MS });
    await expect(row('empty').getByText('Running', { exact: true })).toBeVisible();
  });

  await test.step('what it was asked is changed on its page: what cannot be is told, and what counts when', async () => {
    const tab = page.getByRole('tabpanel', { name: 'Hardware' });
    const text = (label: string) => tab.getByRole('textbox', { name: label, exact: true });
    const apply = tab.getByRole('button', { name: 'Apply', exact: true });
    await row('empty').getByRole('link', { name: 'empty', exact: true }).click();
    await page.getByRole('tab', { name: 'Hardware' }).click();
    await text('Cores each').fill('1');
    await expect(tab.getByText('More than its topology has places for.')).toBeVisible();
    await expect(apply).toBeDisabled();
    await expect(apply).toHaveAccessibleDescription('Something in it is wrong; what, stands at its field.');
    await text('Cores each').fill('2');
    await text('MAC address').fill('52:54:00:ca:7a:02');
    await tab.getByRole('combobox', { name: 'Serial ports' }).click();
    await page.getByRole('option', { name: '2' }).click();
    await apply.click();
    await expect(tab.getByText('waiting for the next start: Topology, MAC address, and Serial ports.')).toBeVisible();
    await tab.getByRole('button', { name: 'Add to Port forwards' }).click();
    await text('Port of the machine 1').fill('22');
    await text('Port of the machine 1').press('Tab');
    await expect(text('Host port 1')).toHaveValue(/^\d+$/);
    await tab.getByRole('button', { name: 'Apply port forwards' }).click();
    await expect(page.getByRole('link', { name: /^Open 127.0.0.1:\d+/ })).toBeVisible();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Virtual machines' }).click();
  });

  await test.step('what is wrong in the YAML stands at its line, and holds the buttons', async () => {
    await open();
    await pick('Made of', 'Disk file');
    const disk = join(app.folder, 'brought.qcow2');
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', disk, '64M']);
    await field('Path of the disk').fill(disk);
    await expect(create('Create')).toBeEnabled();
    await pick('Shown as', 'YAML');
    await field('User data').fill('#cloud-config\nhostname: a\nhostname: b\n');
    await expect(form.getByText('Line 3: This key is there already.')).toBeVisible();
    await expect(create('Create')).toBeDisabled();
    await field('User data').fill('#cloud-config\n# mine\nhostname: web1\nswap: {size: 1}\n');
    await expect(form.getByText('Nothing is wrong with it.')).toBeVisible();
    await pick('Shown as', 'Form');
    await expect(field('Host name')).toHaveValue('web1');
    await field('Packages, one a line').fill('nginx\nvim');
    await form.getByLabel('Password', { exact: true }).fill('a secret');
    await field('User').fill('ann');
    await pick('Shown as', 'YAML');
    await expect(field('User data')).toHaveValue(
      /^#cloud-config\n# mine\nhostname: web1\nswap:.*\npackages:\n {2}- nginx\n {2}- vim\npassword: \$6\$/,
    );
    await expect(field('User data')).toHaveValue(/user:\n {2}name: ann/);
  });

  await test.step('a disk of this computer becomes a machine, and no password is kept', async () => {
    await create('Create').click();
    await expect(form).toBeHidden();
    await expect(row('brought').getByText('Stopped', { exact: true })).toBeVisible();
    const definitions = await Promise.all((await readdir(vmsFolder)).map((id) => readFile(join(vmsFolder, id, 'vm.json'), 'utf8')));
    const brought = definitions.find((text) => text.includes('"brought"'));
    expect(brought).toContain('$6$');
    expect(brought).not.toContain('a secret');
  });

  await test.step('a creation that is cancelled leaves nothing', async () => {
    await using silent = await silentServer();
    const images = [
      {
        id: 'slow',
        version: '1',
        architecture: 'x86_64',
        url: `${silent.url}/slow.qcow2`,
        checksum: { url: `${silent.url}/SHA256SUMS`, algorithm: 'sha256', format: 'list' },
        defaultUser: 'slow',
        firmware: 'bios',
        minimumMemoryMiB: 64,
        minimumDiskGiB: 1,
        cloudInit: true,
        guestAgent: false,
      },
    ];
    const catalogue = join(app.folder, 'data', 'config', 'catalogue.json');
    await mkdir(join(catalogue, '..'), { recursive: true });
    await writeFile(catalogue, JSON.stringify([{ distribution: 'Slow Linux', images }]));
    await open();
    await form.getByRole('combobox', { name: 'Image' }).click();
    await page.getByRole('option', { name: /^Slow Linux 1/ }).click();
    await expect(field('Name')).toHaveAttribute('placeholder', 'slow-linux-1');
    await create('Create').click();
    await expect(row('slow-linux-1')).toBeVisible();
    await form.getByRole('button', { name: 'Cancel', exact: true }).click();
    await expect(row('slow-linux-1')).toBeHidden();
    await expect(create('Create')).toBeEnabled();
    await expect.poll(() => readdir(vmsFolder)).toHaveLength(2);
    await form.getByRole('button', { name: 'Close', exact: true }).click();
  });
});

/** Takes requests and never answers. */
async function silentServer(): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
