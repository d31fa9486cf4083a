import { expect, type Locator, type Page } from '@playwright/test';

export type Kind = 'container' | 'vm';
/** A disk is made, a kernel is unpacked, accelerators are tried: once, on a first run. */
const FIRST_VM_MS = 180_000;

/** The machines of one hull on Overview. */
export function hullRows(page: Page, kind: Kind): Locator {
  return page.locator(`article[data-kind="${kind}"]`);
}

/** From an empty Overview to the starter image running on both hulls. */
export async function runStarterOnBothHulls(page: Page): Promise<void> {
  await page.getByRole('button', { name: /on both hulls$/ }).click({ timeout: 90_000 });
  await expect(hullRows(page, 'container').getByText('Running', { exact: true })).toBeVisible();
  await expect(hullRows(page, 'vm').getByText('Running', { exact: true })).toBeVisible({ timeout: FIRST_VM_MS });
}

/** From Overview to the page of the first machine of a hull. */
export async function openFirstMachine(page: Page, kind: Kind): Promise<void> {
  await hullRows(page, kind).first().getByRole('link').first().click();
  await expect(page.getByRole('tab', { name: 'Overview' })).toBeVisible();
}

export async function goToOverview(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Overview' }).click();
}

/** On a machine's page: its first terminal, ready for keys. */
export async function openTerminal(page: Page): Promise<Locator> {
  await page.getByRole('tab', { name: 'Terminal' }).click();
  const screen = page.locator('.xterm-screen').first();
  await expect(screen).toBeVisible();
  await screen.click();
  return page.locator('.xterm-rows').first();
}

/** Types a command and waits until the terminal shows the answer. */
export async function answerOf(page: Page, options: { rows: Locator; command: string; pattern: RegExp }): Promise<string> {
  const { rows, command, pattern } = options;
  // A prompt says that somebody reads.
  await expect(rows).toContainText(/[#$] /);
  await page.keyboard.type(command);
  await page.keyboard.press('Enter');
  await expect(rows).toContainText(pattern);
  return pattern.exec(await rows.innerText())?.[1] ?? '';
}

/** On a machine's page. */
export async function act(page: Page, action: 'Start' | 'Stop' | 'Restart' | 'Kill', becomes: RegExp): Promise<void> {
  await page.getByRole('toolbar', { name: 'Actions' }).getByRole('button', { name: action, exact: true }).click();
  await expect(page.locator('[data-state]').filter({ hasText: becomes }).first()).toBeVisible();
}

/** On a machine's page; it leads away from it. */
export async function remove(page: Page): Promise<void> {
  await page.getByRole('toolbar', { name: 'Actions' }).getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('This machine is gone')).toBeVisible();
}

/** The words of a person who does not see colours: what a machine's row says of its state. */
export async function expectRunningOnBothHulls(page: Page): Promise<void> {
  for (const kind of ['container', 'vm'] as const) {
    await expect(hullRows(page, kind)).toHaveCount(1);
    await expect(hullRows(page, kind).getByText('Running', { exact: true })).toBeVisible();
  }
}
