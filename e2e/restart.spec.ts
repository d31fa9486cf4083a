import { expect, test } from './fixtures.ts';
import {
  answerOf,
  expectRunningOnBothHulls,
  goToOverview,
  hullRows,
  openFirstMachine,
  openTerminal,
  runStarterOnBothHulls,
} from './steps.ts';

test('machines and consoles go on through a reload, a second tab and a restart of the app', async ({ app, appPage: page, shell }) => {
  test.skip(shell === 'electron', 'Electron ends its window with its backend; what the backend keeps is the same');
  await runStarterOnBothHulls(page);

  await test.step('a reload gives the console’s screen back', async () => {
    await openFirstMachine(page, 'vm');
    const rows = await openTerminal(page);
    await answerOf(page, { rows, command: 'echo before=$((40+2))', pattern: /before=(42)/ });
    await page.reload();
    await expect(page.locator('.xterm-rows').first()).toContainText('before=42');
  });

  await test.step('a second tab shows the same console, live', async () => {
    const second = await page.context().newPage();
    await second.goto(page.url());
    const rows = second.locator('.xterm-rows').first();
    await expect(rows).toContainText('before=42');
    await page.locator('.xterm-screen').first().click();
    await page.keyboard.type('echo both=$((1+1))');
    await page.keyboard.press('Enter');
    await expect(rows).toContainText('both=2');
    await second.close();
  });

  await test.step('when the app goes away the page says so, and finds it again by itself; what a start took is still said', async () => {
    await goToOverview(page);
    const start = hullRows(page, 'vm').getByText(/^booted in .* first output/);
    const words = await start.innerText();
    await app.stop();
    await expect(page.getByText('Catamaran does not answer')).toBeVisible();
    await app.start();
    await expect(page.getByText('Catamaran does not answer')).toBeHidden();
    await goToOverview(page);
    await expectRunningOnBothHulls(page);
    await expect(start).toHaveText(words);
  });

  await test.step('the console has its last screen, and answers', async () => {
    await openFirstMachine(page, 'vm');
    const rows = await openTerminal(page);
    await expect(rows).toContainText('both=2');
    await answerOf(page, { rows, command: 'echo after=$((6*7))', pattern: /after=(42)/ });
  });

  await test.step('many at once: both are removed from the lists', async () => {
    for (const list of ['Containers', 'Virtual machines']) {
      await page
        .getByRole('navigation', { name: 'Main' })
        .getByRole('link', { name: new RegExp(`^${list}`) })
        .click();
      await expect(page.getByRole('heading', { name: list, level: 1 })).toBeVisible();
      await page.getByRole('checkbox', { name: 'Select all' }).click();
      await page.keyboard.press('Delete');
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /Remove/ })
        .click();
      await expect(page.getByRole('checkbox', { name: /^Select starter/ })).toHaveCount(0);
    }
    await goToOverview(page);
    for (const kind of ['container', 'vm'] as const) await expect(hullRows(page, kind)).toHaveCount(0);
  });

  await app.stop();
  expect(await app.leftovers()).toEqual([]);
});
