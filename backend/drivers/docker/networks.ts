import { type EngineId, type Network, splitId, toNetworkId } from '../../contract/index.ts';
import type { NetworksFacet } from '../driver.ts';
import type { NetworkAnswer } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import { timeOf } from './machines.ts';

/** Made by the engine itself: it refuses to remove them. */
const BUILT_IN = new Set(['bridge', 'host', 'none', 'podman']);

export function createNetworks({ client, engineId }: { client: EngineClient; engineId: EngineId }): NetworksFacet {
  return {
    async list(signal) {
      const networks = await client.call<NetworkAnswer[]>({ method: 'GET', path: '/networks' }, signal);
      return networks.map((network) => toNetwork(network, engineId));
    },
    async remove(id, signal) {
      await client.call({ method: 'DELETE', path: `/networks/${encodeURIComponent(splitId(id).nativeId)}` }, signal);
    },
  };
}

function toNetwork(network: NetworkAnswer, engineId: EngineId): Network {
  return {
    id: toNetworkId(engineId, network.Id),
    engineId,
    name: network.Name,
    driver: network.Driver,
    internal: network.Internal,
    ipv6: network.EnableIPv6,
    subnets: (network.IPAM?.Config ?? []).flatMap(({ Subnet, Gateway }) => (Subnet ? [{ subnet: Subnet, gateway: Gateway || null }] : [])),
    createdAtMs: timeOf(network.Created),
    labels: network.Labels ?? {},
    builtIn: BUILT_IN.has(network.Name),
  };
}
