import { expect, test } from 'vitest';
import type { Machine, MachineId, VmAutostart } from '../contract/index.ts';
import { silentLogger } from '../core/index.ts';
import type { Driver } from '../drivers/driver.ts';
import { autostart } from './autostart.ts';

test('machines start in their order, each after its delay; those that run or are not to start are left alone', async () => {
  const plans: Record<string, VmAutostart> = {
    web: { enabled: true, order: 2, delaySeconds: 5 },
    db: { enabled: true, order: 1, delaySeconds: 0 },
    off: { enabled: false, order: 0, delaySeconds: 0 },
    runs: { enabled: true, order: 0, delaySeconds: 0 },
  };
  const machines = Object.entries(plans).map(
    ([id, { enabled }]) => ({ id, vm: { autostart: enabled }, actions: id === 'runs' ? ['stop'] : ['start'] }) as unknown as Machine,
  );
  const done: string[] = [];
  await autostart(
    {
      inventory: {
        machines: () => machines,
        driverOf: () => ({ hardware: { autostart: (id: MachineId) => plans[id] } }) as unknown as Driver,
      },
      machines: {
        async act([id]) {
          done.push(`start ${id}`);
          return [{ id: id as MachineId, problem: null }];
        },
      },
      clock: {
        now: () => 0,
        monotonic: () => 0,
        async sleep(ms) {
          done.push(`wait ${ms}`);
        },
      },
      logger: silentLogger,
    },
    new AbortController().signal,
  );
  expect(done).toEqual(['start db', 'wait 5000', 'start web']);
});
