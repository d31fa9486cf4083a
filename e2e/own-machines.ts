import { createClient } from '../renderer/backend/client.ts';
import { nodePlatform } from '../testing/web-parts.ts';

const WITHIN_MS = 90_000;

/**
 * Removes every machine of the app at `address` that lies in the app's own data folder, as a person would: through the app.
 * Machines of engines that the app merely found are somebody else's, and are not touched.
 */
export async function removeOwnMachines(address: string): Promise<void> {
  const signal = AbortSignal.timeout(WITHIN_MS);
  const response = await fetch(address, { redirect: 'manual', signal });
  const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const channel = await nodePlatform(new URL(address).origin, cookie).openRpc(signal);
  try {
    const client = createClient(channel.link);
    await client.inventory.search(undefined, { signal });
    for await (const event of await client.inventory.watch(undefined, { signal })) {
      const own = new Set(event.engines.filter((engine) => engine.embedded || engine.product === 'qemu').map(({ id }) => id));
      const ids = event.machines.filter(({ engineId }) => own.has(engineId)).map(({ id }) => id);
      if (ids.length > 0) await client.machines.act({ ids, action: 'remove', force: true }, { signal });
      // The first event is the whole picture.
      return;
    }
  } finally {
    channel.close();
  }
}
