import { expect, test } from './fixtures.ts';
import { goToOverview, hullRows, runStarterOnBothHulls } from './steps.ts';

/** An emulated guest is made, started, frozen and written down, twice, in the background. */
const TEMPLATES_MS = 180_000;

test('one run as a warm clone: chosen, told, and its template listed and removed', async ({ appPage: page }) => {
  await runStarterOnBothHulls(page);
  const main = page.getByRole('navigation', { name: 'Main' });

  // What each way is, is said where it is chosen.
  const runVm = async (way: 'Instant clone' | 'Warm clone', words: RegExp) => {
    await main.getByRole('link', { name: 'Images' }).click();
    await page.getByRole('link', { name: 'catamaran/starter:latest' }).first().click();
    await page.getByRole('button', { name: 'As VM, choose how it starts' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: way }).click();
    await expect(dialog.getByText(words)).toBeVisible();
    await dialog.getByRole('button', { name: 'Run', exact: true }).click();
    await expect(dialog).toBeHidden();
    await goToOverview(page);
  };
  await runVm('Warm clone', /entrypoint is not run anew/);
  await expect(hullRows(page, 'vm')).toHaveCount(2);

  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('group', { name: 'Start of virtual machines' }).getByRole('button', { name: 'Instant clone' }).click();
  const templates = page.getByRole('region', { name: 'Templates' });
  await expect(templates.getByRole('cell', { name: /^catamaran.starter.*, running$/ })).toBeVisible({ timeout: TEMPLATES_MS });
  await expect(templates.getByRole('cell', { name: 'Any image', exact: true })).toBeVisible({ timeout: TEMPLATES_MS });

  await runVm('Warm clone', /entrypoint is not run anew/);
  await expect(page.getByText(/cloned warm in/)).toBeVisible();
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(templates.getByText(/templates, .* on disk/)).toBeVisible();
  await templates.getByRole('button', { name: 'Remove all' }).click();
  await expect(templates.getByText(/No templates yet/)).toBeVisible();
});
