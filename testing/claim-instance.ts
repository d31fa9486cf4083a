/** Started by backend/instance.test.ts as a process of its own: claims the folder given, says how it went, and stays. */
import { join } from 'node:path';
import { systemClock } from '../backend/core/index.ts';
import { claimInstance } from '../backend/instance.ts';

const folder = process.argv[2] ?? '';
const { instance, other } = await claimInstance(
  {
    paths: { instanceLock: join(folder, 'instance.lock'), instanceSocket: join(folder, 'instance.sock') },
    clock: systemClock,
    launchUrl: async () => `http://127.0.0.1/?of=${process.pid}`,
  },
  new AbortController().signal,
);
process.stdout.write(`${JSON.stringify({ claimed: instance !== null, other })}\n`);
if (instance !== null) {
  process.once('SIGTERM', async () => {
    await instance[Symbol.asyncDispose]();
    process.exit();
  });
}
