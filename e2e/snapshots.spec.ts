import { expect, test } from './fixtures.ts';
import { answerOf, openFirstMachine, openTerminal, runStarterOnBothHulls } from './steps.ts';

test('a snapshot with memory: taken, left behind, and gone back to', async ({ appPage: page }) => {
  await runStarterOnBothHulls(page);
  await openFirstMachine(page, 'vm');
  const rows = await openTerminal(page);
  await answerOf(page, { rows, command: 'echo kept > /mark; echo wrote=$((1+1))', pattern: /wrote=(2)/ });

  await page.getByRole('tab', { name: 'Snapshots' }).click();
  await expect(page.getByText('No snapshot yet')).toBeVisible();
  await page.getByRole('button', { name: 'Take a snapshot' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Before');
  await page.getByRole('dialog').getByRole('button', { name: 'Take it' }).click();
  const tree = page.getByRole('tree');
  await expect(tree.getByRole('treeitem', { name: /Before/ })).toBeVisible();
  await expect(tree.getByRole('treeitem', { name: /You are here/ })).toHaveAttribute('aria-level', '2');

  await openTerminal(page);
  await answerOf(page, { rows, command: 'echo lost > /mark; echo wrote=$((1+2))', pattern: /wrote=(3)/ });
  await page.getByRole('tab', { name: 'Snapshots' }).click();
  await tree.getByRole('treeitem', { name: /You are here/ }).focus();
  await page.keyboard.press('ArrowUp');
  await expect(tree.getByRole('treeitem', { name: /Before/ })).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('button', { name: 'Go back' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Go back' }).click();
  await expect(page.getByText(/restored in/)).toBeVisible();

  // That terminal belonged to the run that was left behind.
  await openTerminal(page);
  await page.getByRole('button', { name: 'Open a new one' }).click();
  await answerOf(page, { rows, command: 'echo is=$(cat /mark)', pattern: /is=(kept)/ });
});
