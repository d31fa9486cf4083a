import { expect, test } from './fixtures.ts';

test('without a pointer: into lists, choices, drawers and back, and from page to page', async ({ appPage: page }) => {
  const main = page.getByRole('navigation', { name: 'Main' });
  const press = (key: string) => page.keyboard.press(key);
  // The first image is there once an engine has answered.
  await expect(main.getByRole('link', { name: 'Images' })).toContainText('1', { timeout: 120_000 });

  await test.step('from a filter into the list, and with Enter to a page that takes the keyboard', async () => {
    await main.getByRole('link', { name: 'Images' }).click();
    await expect(page.getByRole('grid')).toBeVisible();
    await press('/');
    await page.keyboard.type('starter');
    await press('ArrowDown');
    await expect(page.getByRole('grid')).toBeFocused();
    await press('Enter');
    await expect(page.getByRole('main')).toBeFocused();
    await press('Tab');
    await expect(page.getByRole('main').locator(':focus')).toBeVisible();
  });

  await test.step('every box that can be ticked is reached by Tab', async () => {
    await main.getByRole('link', { name: 'Containers' }).click();
    await page.getByRole('button', { name: 'View' }).press('Enter');
    const column = page.getByRole('dialog').getByRole('checkbox', { name: 'State' });
    await expect(page.getByRole('dialog').getByRole('combobox', { name: 'Group by' })).toBeFocused();
    await press('Tab');
    await expect(column).toBeFocused();
    await press('Space');
    await expect(column).not.toBeChecked();
    await press('Escape');
    await expect(page.getByRole('button', { name: 'View' })).toBeFocused();
  });

  await test.step('a drawer that first has to read something gives the keyboard back to its button', async () => {
    await main.getByRole('link', { name: 'Virtual machines' }).click();
    const button = page.getByRole('button', { name: 'New virtual machine…' }).first();
    await button.press('Enter');
    const drawer = page.getByRole('dialog', { name: 'New virtual machine' });
    await expect(drawer.getByRole('textbox', { name: 'Name', exact: true })).toBeVisible();
    await press('Escape');
    await expect(drawer).toBeHidden();
    await expect(button).toBeFocused();
  });
});
