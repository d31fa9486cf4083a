import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';

const DOCKERFILE = `FROM catamaran/starter AS build
COPY words.txt /words.txt
RUN echo compiling; cat /words.txt

FROM catamaran/starter
COPY --from=build /words.txt /words.txt
RUN echo finished
`;

test('a folder is built, its stages are drawn, a failed step opens at its line, and R builds it again', async ({ app, appPage: page }) => {
  const folder = join(app.folder, 'project');
  await mkdir(folder);
  await writeFile(join(folder, 'Dockerfile'), DOCKERFILE);
  await writeFile(join(folder, 'words.txt'), 'first words');
  const build = () => page.locator('[data-build-state]');

  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Images' }).click();
  // The starter image comes by itself, and is what is built from.
  await expect(page.getByText('catamaran/starter:latest')).toBeVisible({ timeout: 90_000 });
  await page.getByRole('button', { name: 'Build', exact: true }).click();
  const drawer = page.getByRole('dialog', { name: 'Build an image' });
  await drawer.getByRole('textbox', { name: 'Folder' }).fill(folder);
  await drawer.getByRole('combobox', { name: 'Up to stage' }).click();
  await expect(page.getByRole('option', { name: /build/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await drawer.getByRole('textbox', { name: 'Name of the image' }).fill('e2e/built:1');
  await drawer.getByRole('button', { name: 'Start the build' }).click();

  await test.step('stages and steps are there from the beginning, and end', async () => {
    await expect(page.getByRole('heading', { name: 'Build of e2e/built:1' })).toBeVisible();
    await expect(page.getByRole('region', { name: 'build', exact: true })).toBeVisible();
    await expect(build()).toHaveAttribute('data-build-state', 'done');
    await page.getByRole('button', { name: /RUN echo compiling/ }).click();
    await expect(page.getByText('first words')).toBeVisible();
  });

  await test.step('a step that fails is opened at its line of the Dockerfile', async () => {
    await writeFile(
      join(folder, 'Dockerfile'),
      (await readFile(join(folder, 'Dockerfile'), 'utf8')).replace('echo finished', 'echo oh no; exit 5'),
    );
    await rebuild();
    await expect(build()).toHaveAttribute('data-build-state', 'failed');
    await expect(page.getByText('Dockerfile, line 7')).toBeVisible();
    await expect(page.getByRole('region', { name: /RUN echo oh no/ }).getByText('oh no', { exact: true })).toBeVisible();
  });

  await test.step('one that takes long is cancelled', async () => {
    await writeFile(join(folder, 'Dockerfile'), DOCKERFILE.replace('echo finished', 'sleep 600'));
    await rebuild();
    await expect(page.locator('[data-step-state="running"]', { hasText: 'sleep 600' })).toBeVisible();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await expect(build()).toHaveAttribute('data-build-state', 'cancelled');
  });

  await test.step('all of them are remembered', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Images' }).click();
    await expect(page.getByText('e2e/built:1')).toBeVisible();
    await page.getByRole('link', { name: 'Builds', exact: true }).click();
    for (const result of ['Built', 'Failed', 'Cancelled']) await expect(page.getByText(result, { exact: true })).toBeVisible();
  });

  async function rebuild(): Promise<void> {
    const before = page.url();
    await page.keyboard.press('r');
    await expect(page).not.toHaveURL(before);
  }
});
