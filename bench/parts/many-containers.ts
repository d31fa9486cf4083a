import { silentLogger } from '../../backend/core/index.ts';
import { EngineClient } from '../../backend/drivers/docker/engine-client.ts';
import { createLocalHost } from '../../backend/hosts/local.ts';

const AT_ONCE = 6;

/** Really created, and the first of them really started: without a network, which would cost a pair of devices each. */
export async function makeContainers(
  of: { socket: string; image: string; count: number; running: number; log: (line: string) => void },
  signal: AbortSignal,
): Promise<void> {
  await using host = createLocalHost({ logger: silentLogger });
  using client = new EngineClient({ name: 'engine', endpoint: of.socket }, (dialSignal) => host.dial({ unixPath: of.socket }, dialSignal));
  let next = 0;
  const work = async () => {
    while (next < of.count) {
      const index = next++;
      const name = `bench-${String(index).padStart(4, '0')}`;
      const labels = { 'com.docker.compose.project': `stack-${index % 20}`, 'com.docker.compose.service': `service-${index % 5}` };
      const body = { Image: of.image, Labels: labels, HostConfig: { NetworkMode: 'none' } };
      const { Id } = await client.call<{ Id: string }>({ method: 'POST', path: '/containers/create', query: { name }, body }, signal);
      if (index < of.running) await client.call({ method: 'POST', path: `/containers/${Id}/start` }, signal);
      if ((index + 1) % 100 === 0) of.log(`${index + 1} of ${of.count} containers`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
