import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startRegistry, TEST_USER } from '../testing/registry.ts';
import { expect, test } from './fixtures.ts';

test('a registry: allow it, sign in, push, sign out, and be told what is wrong', async ({ app, appPage: page }) => {
  await using registry = await startRegistry({ signIn: true });
  const { address } = registry;
  const card = page.getByRole('listitem', { name: address });

  await test.step('it is checked before anybody is asked to trust it', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Images' }).click();
    // The app builds it by itself.
    await expect(page.getByText('catamaran/starter:latest').first()).toBeVisible({ timeout: 90_000 });
    await page.getByRole('button', { name: 'More for images' }).click();
    await page.getByRole('menuitem', { name: 'Registries' }).click();
    await page.getByRole('textbox', { name: 'Name of a registry' }).fill(address);
    await page.getByRole('button', { name: 'Add to the list' }).click();
    await card.getByRole('button', { name: `Check ${address}` }).click();
    await expect(card.getByText(/is not safe: it does not speak TLS/)).toBeVisible();
  });

  await test.step('the embedded engine is told to take it', async () => {
    await card.getByRole('button', { name: `Set up ${address}` }).click();
    await page.getByRole('checkbox', { name: 'Take it without TLS' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(card.getByText('insecure', { exact: true })).toBeVisible();
    await expect(async () => {
      await card.getByRole('button', { name: `Check ${address}` }).click();
      await expect(card.getByText(/wants a sign-in/)).toBeVisible({ timeout: 10_000 });
    }).toPass();
  });

  await test.step('a wrong password is refused, the right one kept only after a clear word', async () => {
    await card.getByRole('button', { name: `Sign in to ${address}` }).click();
    const dialog = page.getByRole('dialog');
    const submit = dialog.getByRole('button', { name: 'Sign in' });
    await dialog.getByLabel('User name').fill(TEST_USER.username);
    await dialog.getByLabel('Password or access token').fill('wrong');
    await expect(submit).toBeDisabled();
    await dialog.getByRole('checkbox', { name: 'Keep it in plain base64' }).click();
    await submit.click();
    await expect(dialog.getByRole('alert')).toContainText('does not take this user name and password');
    await dialog.getByLabel('Password or access token').fill(TEST_USER.password);
    await submit.click();
    await expect(card.getByText(`Signed in as ${TEST_USER.username}`)).toBeVisible();
    const config = JSON.parse(await readFile(join(app.folder, 'home', '.docker', 'config.json'), 'utf8'));
    expect(Object.keys(config.auths)).toEqual([address]);
  });

  await test.step('an image is pushed under a proposed name', async () => {
    await page.getByRole('link', { name: 'Images', exact: true }).last().click();
    await page
      .getByRole('row')
      .filter({ hasText: 'catamaran/starter' })
      .getByRole('button', { name: /More|…/ })
      .last()
      .click();
    await page.getByRole('menuitem', { name: 'Push…' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: `${address}/catamaran/starter:latest` })
      .click();
    await expect(page.getByText(`Goes to ${address}`)).toBeVisible();
    await page.getByRole('dialog').getByRole('button', { name: 'Push', exact: true }).click();
    const task = page.getByRole('listitem').filter({ hasText: `Push ${address}/catamaran/starter:latest` });
    await expect(task.getByText(/^Done/)).toBeVisible();
    const authorization = `Basic ${Buffer.from(`${TEST_USER.username}:${TEST_USER.password}`).toString('base64')}`;
    const tags = await fetch(`http://${address}/v2/catamaran/starter/tags/list`, { headers: { authorization } });
    expect(await tags.json()).toMatchObject({ tags: ['latest'] });
  });

  await test.step('what cannot be pulled says why, at its task', async () => {
    await page.getByRole('textbox', { name: 'Name of the image to pull' }).fill(`${address}/no/such:1`);
    await page.keyboard.press('Enter');
    await expect(page.getByText(/is not here. Pull it first, or check its name/)).toBeVisible();
    await page.getByRole('textbox', { name: 'Name of the image to pull' }).fill('127.0.0.1:1/a/b:1');
    await page.keyboard.press('Enter');
    await expect(page.getByText(/The registry 127.0.0.1:1 is away/)).toBeVisible();
  });

  await app.stop();
  // Podman 4.3 forgets a file with a digest in it at every push (pkg/api/handlers/compat/images_push.go).
  expect((await app.leftovers()).filter((line) => !line.includes('/digest.txt'))).toEqual([]);
});
