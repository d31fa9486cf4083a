import { expect, test } from './fixtures.ts';

const LINE = `docker run -d --name web -p 127.0.0.1:18080:80 -e GREETING='hello world' \\
  -v web-data:/data --cpus 0.5 catamaran/starter sleep 1000`;

test('a container from a pasted line: made, duplicated, put in the place of itself, and kept as a template', async ({ appPage: page }) => {
  const form = (name: RegExp | string) => page.getByRole('dialog', { name });
  const field = (label: string) => page.getByRole('dialog').getByRole('textbox', { name: label, exact: true });
  const image = page.getByRole('dialog').getByRole('combobox', { name: 'Image', exact: true });
  const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
  const more = async (name: string, item: string) => {
    await row(name)
      .getByRole('button', { name: `More actions for ${name}` })
      .click();
    await page.getByRole('menuitem', { name: item }).click();
  };

  await test.step('the line fills the form, and what it cannot fill is told', async () => {
    await expect(page.getByRole('button', { name: /on both hulls$/ })).toBeVisible({ timeout: 90_000 });
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Containers' }).click();
    await page.getByRole('button', { name: 'Create container…' }).click();
    await expect(form('Create container').getByRole('button', { name: 'Create and start' })).toBeDisabled();
    await field('The same as a command line').fill(LINE.replace('--cpus', '--cpu'));
    await expect(form('Create container').getByText('docker run knows no such flag')).toBeVisible();
    await field('The same as a command line').fill(LINE);
    await expect(image).toHaveValue('catamaran/starter');
    await expect(field('Name')).toHaveValue('web');
    await expect(field('Command')).toHaveValue('sleep 1000');
    await expect(field('Host port 1')).toHaveValue('18080');
    await expect(field('Value 1 of Variables')).toHaveValue('hello world');
  });

  await test.step('an env file is read, and its bad line told', async () => {
    const content = Buffer.from('# of this test\nFROM_FILE=yes\nnot a variable\n');
    await page.locator('input[type=file]').setInputFiles({ name: 'app.env', mimeType: 'text/plain', buffer: content });
    await expect(field('Value 2 of Variables')).toHaveValue('yes');
    await expect(page.getByText('Line 3 of app.env says no variable: “not a variable”')).toBeVisible();
    await expect(field('The same as a command line')).toHaveValue(/FROM_FILE=yes/);
  });

  await test.step('what is wrong is told at its field, and holds the buttons', async () => {
    await field('Name').fill('no good');
    await expect(form('Create container').getByText(/^Two letters or more/)).toBeVisible();
    await expect(form('Create container').getByRole('button', { name: 'Create and start' })).toBeDisabled();
    await field('Name').fill('web');
    await form('Create container').getByRole('button', { name: 'Create and start' }).click();
    await expect(form('Create container')).toBeHidden();
    await expect(row('web').getByText('Running', { exact: true })).toBeVisible();
  });

  await test.step('a copy gets a name and a port of its own', async () => {
    await more('web', 'Duplicate…');
    await expect(field('Name')).toHaveValue('web-copy');
    await expect(field('Host port 1')).toHaveValue('18081');
    await field('Host port 1').fill('18080');
    await expect(page.getByText('Port 18080 is taken by web.')).toBeVisible();
    await page.getByRole('button', { name: 'Use 18081' }).click();
    await expect(field('Host port 1')).toHaveValue('18081');
  });

  await test.step('it is kept as a template, with a warning of its secret', async () => {
    await page.getByRole('button', { name: 'Add to Variables' }).click();
    await field('Name 3 of Variables').fill('API_TOKEN');
    await field('Value 3 of Variables').fill('abc');
    await page.getByRole('button', { name: 'Templates' }).click();
    await page.getByRole('menuitem', { name: 'Save as a template…' }).click();
    await expect(page.getByText(/look like secrets: API_TOKEN/)).toBeVisible();
    await page.getByRole('textbox', { name: 'Name of the template' }).fill('my web');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('dialog', { name: 'Duplicate web' }).getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Create container…' }).click();
    await page.getByRole('button', { name: 'Templates' }).click();
    await page.getByRole('menuitem', { name: /^my web/ }).click();
    await expect(image).toHaveValue(/catamaran\/starter/);
    await expect(field('Value 3 of Variables')).toHaveValue('abc');
    await page.keyboard.press('Escape');
    await expect(form('Create container')).toBeHidden();
  });

  await test.step('edited and made anew, it is the same name with another variable', async () => {
    await more('web', 'Edit and recreate…');
    // A container's variables come in the order of their names.
    await field('Value 2 of Variables').fill('hello again');
    await form('Edit and recreate web').getByRole('button', { name: 'Recreate and start' }).click();
    await expect(form('Edit and recreate web')).toBeHidden();
    await expect(row('web')).toHaveCount(1);
    await expect(row('web').getByText('Running', { exact: true })).toBeVisible();
    await more('web', 'Edit and recreate…');
    await expect(field('Value 2 of Variables')).toHaveValue('hello again');
    await page.keyboard.press('Escape');
  });

  await test.step('removed', async () => {
    await more('web', 'Remove');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect(row('web')).toHaveCount(0);
  });
});
