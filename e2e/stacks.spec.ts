import { expect, test } from './fixtures.ts';

const FILE = `services:
  web:
    imagge: catamaran/starter:latest
    command: ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.2; done"]
    depends_on: [worker]
  worker:
    image: catamaran/starter:latest
    command: ["sh", "-c", "trap 'exit 0' TERM; while true; do echo working; sleep 0.2; done"]
    volumes: ["data:/data"]
volumes: { data: {} }
`;

test('a Compose file: dropped, wrong at a line, mended, up, scaled with the stepper, down', async ({ app, appPage: page }) => {
  await page.getByRole('button', { name: /on both hulls$/ }).waitFor({ timeout: 90_000 });
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Stacks' }).click();
  await expect(page.getByText('No stacks yet')).toBeVisible();

  await test.step('the file is dropped, and kept under a name', async () => {
    const files = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], 'compose.yaml', { type: 'application/yaml' }));
      return transfer;
    }, FILE);
    await page.getByRole('grid', { name: 'Stacks' }).dispatchEvent('drop', { dataTransfer: files });
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name of the stack' }).fill('shop');
    await dialog.getByRole('button', { name: 'Keep' }).click();
    await expect(page.getByRole('heading', { name: 'shop' })).toBeVisible();
  });

  await test.step('what is wrong stands at its line, and goes as the text is mended', async () => {
    const problems = page.getByRole('list', { name: 'Problems' });
    await expect(problems.getByRole('button', { name: /^Line 3: .*“imagge”.*“image”/ })).toBeVisible();
    await expect(problems.getByRole('button', { name: /^Line 2: .*“web” needs an image/ })).toBeVisible();
    const editor = page.getByRole('textbox', { name: /^Text of / });
    await editor.fill(FILE.replace('imagge', 'image'));
    await expect(page.getByText('No problems found')).toBeVisible();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('not saved')).toBeHidden();
  });

  await test.step('up', async () => {
    await page.getByRole('toolbar', { name: 'Actions on the stack' }).getByRole('button', { name: 'Up' }).click();
    await expect(page.locator('header').getByText('2 of 2 running')).toBeVisible();
    await page.getByRole('tab', { name: 'Output' }).click();
    await expect(page.getByRole('log', { name: 'Output of the last command' })).toContainText('shop');
    await page.getByRole('tab', { name: 'Services' }).click();
    await expect(page.getByRole('link', { name: /^web: 1 of 1 running, needs worker/ })).toBeVisible();
  });

  await test.step('the stepper scales', async () => {
    const replicas = page.getByRole('spinbutton', { name: 'Replicas of worker' });
    await page.getByRole('button', { name: 'More of worker' }).click();
    await expect(replicas).toHaveAttribute('aria-valuenow', '2');
    await page.getByRole('button', { name: 'Fewer of worker' }).click();
    await expect(replicas).toHaveAttribute('aria-valuenow', '1');
  });

  await test.step('down asks first, names the data, and leaves nothing', async () => {
    await page.getByRole('toolbar', { name: 'Actions on the stack' }).getByRole('button', { name: 'Down…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('checkbox', { name: /shop_data/ }).click();
    await dialog.getByRole('button', { name: 'Take down' }).click();
    await expect(page.locator('header').getByText('not up')).toBeVisible();
    await page.getByRole('button', { name: 'Forget' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
    await expect(page.getByText('No stacks yet')).toBeVisible();
  });

  await app.stop();
  expect(await app.leftovers()).toEqual([]);
});
