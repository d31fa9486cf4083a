import { expect, test } from './fixtures.ts';
import { act, answerOf, goToOverview, hullRows, openFirstMachine, openTerminal, remove, runStarterOnBothHulls } from './steps.ts';

const KINDS = ['container', 'vm'] as const;

test('one image on both hulls: run, watched, typed into, stopped, started, removed, and nothing is left', async ({
  app,
  appPage: page,
}) => {
  await test.step('the first run starts the starter image on both hulls', () => runStarterOnBothHulls(page));

  const kernels: string[] = [];
  for (const kind of KINDS) {
    await test.step(`${kind}: the graphs move`, async () => {
      await openFirstMachine(page, kind);
      const graph = page
        .getByRole('group', { name: /^Graphs of/ })
        .locator('canvas')
        .first();
      await expect(graph).toBeVisible();
      const first = await graph.screenshot();
      await expect.poll(async () => (await graph.screenshot()).equals(first)).toBe(false);
    });
    await test.step(`${kind}: the terminal answers`, async () => {
      const rows = await openTerminal(page);
      kernels.push(await answerOf(page, { rows, command: 'echo kernel=$(uname -r)', pattern: /kernel=(\d\S+)/ }));
    });
    await goToOverview(page);
  }
  expect(kernels[0]).not.toBe(kernels[1]);

  for (const kind of KINDS) {
    await test.step(`${kind}: stop, start, stop, remove`, async () => {
      await openFirstMachine(page, kind);
      await act(page, 'Stop', /^(Stopped|Ended)/);
      await act(page, 'Start', /^Running$/);
      await act(page, 'Stop', /^(Stopped|Ended)/);
      await remove(page);
      await goToOverview(page);
      await expect(hullRows(page, kind)).toHaveCount(0);
    });
  }

  await test.step('nothing is left', async () => {
    await app.stop();
    expect(await app.leftovers()).toEqual([]);
  });
});
