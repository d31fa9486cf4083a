import { createApp } from './app-under-test.ts';
import { expect, test } from './fixtures.ts';

test('without any engine the page says what is missing and what to do', async ({ page, shell }) => {
  test.skip(shell === 'electron', 'the page is the same; its backend is started here with other commands');
  await using app = await createApp({ without: /^(podman|docker|qemu-)/ });
  await page.goto(await app.start());
  await expect(page.getByText(/Install Podman or Docker|podman is not installed/).first()).toBeVisible();
  await expect(page.getByText(/QEMU is not installed/).first()).toBeVisible();
  await expect(page.getByRole('button', { name: /Search/ }).first()).toBeVisible();
});

test('a link that was used before, or none, lets nobody in and says how to get another', async ({ page, shell }) => {
  test.skip(shell === 'electron', 'there are no links where there is no web server');
  await using app = await createApp({ without: /^(podman|docker|qemu-)/ });
  const address = await app.start();
  const first = await page.context().browser()?.newContext();
  await (await first?.newPage())?.goto(address);
  await first?.close();
  await page.goto(address);
  await expect(page.getByRole('heading', { name: 'This link cannot be used any more' })).toBeVisible();
  await expect(page.getByText('npm start')).toBeVisible();
  await page.goto(new URL('/', address).href);
  await expect(page.getByRole('heading', { name: 'This browser is not signed in' })).toBeVisible();
  // A second start is no second app: it gives a new link to the one that runs.
  await page.goto(await app.start());
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
});

test('everything is there in Korean, in both themes', async ({ page, shell }) => {
  test.skip(shell === 'electron', 'the page is the same');
  await using app = await createApp({ without: /^(podman|docker|qemu-)/ });
  await page.goto(await app.start());
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('combobox', { name: 'Language' }).click();
  await page.getByRole('option', { name: '한국어' }).click();
  await expect(page.getByRole('heading', { name: '설정' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
  await page.reload();
  await expect(page.getByRole('heading', { name: '설정' })).toBeVisible();
});
