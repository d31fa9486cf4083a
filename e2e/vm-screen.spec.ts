import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { installerIso } from '../testing/installer-iso.ts';
import { type AppUnderTest, createApp } from './app-under-test.ts';
import { expect, test } from './fixtures.ts';
import { act, remove } from './steps.ts';

const MIB = 1024 * 1024;

/** A machine with a drive for discs and no disk, as its definition stands on disk. */
async function define(app: AppUnderTest, of: { name: string; disc: string }): Promise<string> {
  const id = randomBytes(6).toString('hex');
  const hardware = {
    ...{ architecture: 'x86_64', machine: 'q35', firmware: 'bios', tpm: false, topology: null, maximumCpus: null, pinnedCpus: null },
    ...{ cdrom: { path: of.disc }, bootFrom: 'cdrom', network: { type: 'user' }, macAddress: null, linkUp: true, sharedFolders: [] },
    ...{ display: 'std', serialPorts: 1 },
  };
  const definition = {
    ...{ version: 2, name: of.name, createdAtMs: Date.now(), twinId: null, autostart: false, cpus: 1, memoryBytes: 256 * MIB },
    ...{ ports: [], disks: [], guest: { type: 'system', source: 'disc.iso', hardware }, finished: true, problem: null },
  };
  const folder = join(app.folder, 'data', 'vms', id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'vm.json'), JSON.stringify(definition));
  return id;
}

/** What the canvas shows: its size, how many colours, and a sum that another picture has not. */
async function picture(canvas: Locator): Promise<{ width: number; height: number; colours: number; sum: number }> {
  return await canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const none = { width, height, colours: 0, sum: 0 };
    if (width === 0) return none;
    const pixels = new Uint32Array((element as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data.buffer ?? []);
    let sum = 0;
    for (const pixel of pixels) sum = (Math.imul(sum, 31) + pixel) | 0;
    return { width, height, colours: new Set(pixels).size, sum };
  });
}

async function openScreen(page: Page, name: string): Promise<Locator> {
  await page.getByRole('link', { name, exact: true }).first().click();
  await page.getByRole('tab', { name: 'Screen' }).click();
  return page.getByRole('application', { name: new RegExp(`^Screen of ${name}`) });
}

test('Debian’s installer boots from its disc and is driven by keys on its screen', async ({ page, shell }, testInfo) => {
  const iso = await installerIso();
  test.skip(typeof iso === 'string', typeof iso === 'string' ? iso : '');
  if (typeof iso === 'string') return;
  await using app = await createApp();
  await define(app, { name: 'installer', disc: iso.path });
  test.skip(shell === 'electron', 'the machine is defined before the app starts');
  await page.goto(await app.start());
  const canvas = await openScreen(page, 'installer');
  await expect(page.getByText('installer does not run')).toBeVisible();
  await act(page, 'Start', /Running/);

  // The installer's menu lies on a picture of many greys; the firmware writes white on black.
  await expect.poll(async () => (await picture(canvas)).colours, { timeout: 180_000 }).toBeGreaterThan(200);
  await settled(canvas);
  const menu = await picture(canvas);
  expect(menu).toMatchObject({ width: 640, height: 480 });
  await testInfo.attach('menu', { body: await page.screenshot(), contentType: 'image/png' });

  // The first entry is another one after a key: by the keyboard itself, then from the menu of keys.
  await canvas.click({ position: { x: 5, y: 5 } });
  await page.keyboard.press('ArrowDown');
  await expect.poll(async () => (await picture(canvas)).sum).not.toBe(menu.sum);
  await page.keyboard.press('ArrowUp');
  await expect.poll(async () => (await picture(canvas)).sum).toBe(menu.sum);

  // Tab is the machine's: the menu shows the line of its entry. Shift+F6 is the way out.
  await page.keyboard.press('Tab');
  await expect.poll(async () => (await picture(canvas)).sum).not.toBe(menu.sum);
  await expect(canvas).toBeFocused();
  await page.keyboard.press('Shift+F6');
  await expect(page.getByRole('button', { name: 'Send keys' })).toBeFocused();

  // Text is typed by the layout of the guest's keyboard: the line grows by it.
  const line = (await picture(canvas)).sum;
  await page.getByRole('button', { name: 'Send keys' }).click();
  await page.getByRole('menuitem', { name: 'Type text…' }).click();
  await page.getByRole('textbox', { name: 'Text' }).fill(' priority=low');
  await page.getByRole('button', { name: 'Type', exact: true }).click();
  await expect.poll(async () => (await picture(canvas)).sum).not.toBe(line);
  // The Shift that the screen was left by is up, and so is the last key: by the keyboard it becomes the same.
  await settled(canvas);
  const typed = (await picture(canvas)).sum;
  await canvas.click({ position: { x: 5, y: 5 } });
  for (const key of ['Backspace', 'Backspace', 'Backspace', 'l', 'o']) await page.keyboard.press(key, { delay: 50 });
  await settled(canvas);
  expect((await picture(canvas)).sum).not.toBe(typed);
  await page.keyboard.press('w');
  await expect.poll(async () => (await picture(canvas)).sum).toBe(typed);

  await page.getByRole('button', { name: 'Screenshot' }).click();
  const saving = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Save as PNG' }).click();
  expect((await saving).suggestedFilename()).toMatch(/^installer .*\.png$/);

  // In the list it is there in small, and leads back.
  await page.getByRole('link', { name: 'Virtual machines' }).click();
  const thumbnail = page.getByRole('link', { name: 'What the screen of installer shows' });
  await expect(thumbnail.locator('img')).toHaveAttribute('src', /^data:image\/png;base64,/);
  await thumbnail.click();

  // A page that is loaded again has the same screen.
  await settled(canvas);
  const before = await picture(canvas);
  expect(before.colours).toBeGreaterThan(200);
  await page.reload();
  await expect.poll(async () => (await picture(canvas)).sum).toBe(before.sum);

  await act(page, 'Kill', /Ended with/);
  await expect(page.getByText('installer does not run')).toBeVisible();
  await remove(page);
  await app.stop();
  expect(await app.leftovers()).toEqual([]);
});

/** Resolves when what is shown has stayed the same over several looks. */
async function settled(canvas: Locator): Promise<void> {
  let last = Number.NaN;
  let same = 0;
  await expect
    .poll(
      async () => {
        const { sum } = await picture(canvas);
        same = sum === last ? same + 1 : 0;
        last = sum;
        return same;
      },
      { timeout: 60_000, intervals: [300] },
    )
    .toBeGreaterThan(2);
}
