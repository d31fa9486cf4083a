import {
  type EngineId,
  holdsMachine,
  type Network,
  type NetworkId,
  overlaps,
  parseAddress,
  parseSubnet,
  type Subnet,
  splitId,
  toNetworkId,
} from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { NetworksFacet } from '../networks.ts';
import { type Containers, missing } from './containers.ts';
import type { NetworkAnswer } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import type { Refusal } from './errors.ts';
import { timeOf } from './machines.ts';

/** Made by the engine itself: it refuses to remove them. */
const BUILT_IN = new Set(['bridge', 'host', 'none']);

/** Networks changed in Podman 4, which answers older callers with an error. */
const LIBPOD = '/v4.0.0';

export interface NetworksDeps {
  client: EngineClient;
  engineId: EngineId;
  containers: Containers;
  podman: boolean;
}

export function createNetworks(deps: NetworksDeps): NetworksFacet {
  const { client, engineId, containers } = deps;

  async function list(signal: AbortSignal): Promise<Network[]> {
    const [networks, names] = await Promise.all([
      client.call<NetworkAnswer[]>({ method: 'GET', path: '/networks' }, signal),
      ownNames(deps, signal),
    ]);
    return networks.map((network) => toNetwork(network, { engineId, name: names.get(network.Id) ?? network.Name }));
  }

  async function get(id: NetworkId, signal: AbortSignal): Promise<Network> {
    const found = (await list(signal)).find((network) => network.id === id);
    if (found === undefined) throw new AppError('networkMissing');
    return found;
  }

  async function disconnect(network: Network, { Id, force }: { Id: string; force: boolean }, signal: AbortSignal): Promise<void> {
    const refused = (refusal: Refusal) =>
      /is not connected to/i.test(refusal.message) ? new AppError('notOnNetwork', { network: network.name }) : gone(refusal);
    const body = { Container: Id, Force: force };
    const answer = await client.stream({ method: 'POST', path: `/networks/${network.name}/disconnect`, body, refused }, signal);
    await drain(answer);
  }

  return {
    list,

    async create({ name, internal, ipv6, subnets, labels }, signal) {
      checkSubnets(subnets, await list(signal));
      const body = {
        Name: name,
        // Docker would otherwise make a second one of the same name.
        CheckDuplicate: true,
        Driver: 'bridge',
        Internal: internal,
        EnableIPv6: ipv6,
        Labels: labels,
        IPAM: { Config: subnets.map(({ subnet, gateway }) => ({ Subnet: subnet, ...(gateway === null ? {} : { Gateway: gateway }) })) },
      };
      const refused = ({ message }: Refusal) => {
        if (/already exists|already used: network/i.test(message)) return new AppError('nameTaken', { name });
        const taken = /overlaps with other one|already used on the host|already being used/i.test(message);
        return taken ? new AppError('subnetTaken', { subnet: subnets.map(({ subnet }) => subnet).join(', '), owner: 'the host' }) : null;
      };
      const { Id } = await client.call<{ Id: string }>({ method: 'POST', path: '/networks/create', body, refused }, signal);
      return toNetworkId(engineId, Id);
    },

    async remove(id, signal) {
      const network = await get(id, signal);
      const refused = (refusal: Refusal) =>
        /active endpoints|is being used|pre-defined|cannot be removed|default network/i.test(refusal.message)
          ? new AppError(network.builtIn ? 'networkBuiltIn' : 'networkInUse', { network: network.name })
          : gone(refusal);
      // By its id, Podman 4.3 removes a network under the containers that are on it.
      const named = deps.podman ? network.name : splitId(id).nativeId;
      await drain(await client.stream({ method: 'DELETE', path: `/networks/${named}`, refused }, signal));
    },

    async connect({ id, machineId, aliases, address }, signal) {
      const [network, container] = await Promise.all([get(id, signal), containers.inspect(machineId, signal)]);
      if (container.NetworkSettings.Networks?.[network.name] !== undefined)
        throw new AppError('alreadyOnNetwork', { network: network.name });
      const isV6 = address?.includes(':') === true;
      if (address !== null) {
        // Both engines keep a connection that they refused for its address; Podman cannot even inspect such a container any more.
        checkAddress(address, network);
        const owner = (await containers.list(signal)).find((machine) =>
          machine.networks.some((place) => place.network === network.name && place.address === address),
        );
        if (owner !== undefined) throw new AppError('addressTaken', { address, owner: owner.name });
      }
      const EndpointConfig = {
        Aliases: aliases,
        ...(address === null ? {} : { IPAMConfig: isV6 ? { IPv6Address: address } : { IPv4Address: address } }),
      };
      const body = { Container: container.Id, EndpointConfig };
      try {
        await drain(await client.stream({ method: 'POST', path: `/networks/${network.name}/connect`, body, refused: gone }, signal));
      } catch (error) {
        // What is left of it is taken away; that there is nothing left is well.
        await disconnect(network, { Id: container.Id, force: true }, signal).catch(() => {});
        throw error;
      } finally {
        containers.touch(container.Id);
      }
    },

    async disconnect(id, machineId, signal) {
      const [network, { Id }] = await Promise.all([get(id, signal), containers.inspect(machineId, signal)]);
      try {
        await disconnect(network, { Id, force: false }, signal);
      } finally {
        containers.touch(Id);
      }
    },
  };
}

/** Podman calls its default network `bridge` here, but by its own name at the containers. */
async function ownNames({ client, podman }: NetworksDeps, signal: AbortSignal): Promise<Map<string, string>> {
  if (!podman) return new Map();
  const request = { method: 'GET', version: LIBPOD, path: '/libpod/networks/json' } as const;
  const networks = await client.call<{ id: string; name: string }[] | null>(request, signal);
  return new Map((networks ?? []).map(({ id, name }) => [id, name]));
}

function toNetwork(network: NetworkAnswer, { engineId, name }: { engineId: EngineId; name: string }): Network {
  return {
    id: toNetworkId(engineId, network.Id),
    engineId,
    name,
    driver: network.Driver,
    internal: network.Internal,
    ipv6: network.EnableIPv6,
    subnets: (network.IPAM?.Config ?? []).flatMap(({ Subnet, Gateway }) => (Subnet ? [{ subnet: Subnet, gateway: Gateway || null }] : [])),
    createdAtMs: timeOf(network.Created),
    labels: network.Labels ?? {},
    builtIn: BUILT_IN.has(network.Name),
  };
}

/** Said before the engine is asked: it would say that there is an overlap, but not with what. */
function checkSubnets(wanted: readonly { subnet: string; gateway: string | null }[], existing: readonly Network[]): void {
  for (const { subnet: text, gateway } of wanted) {
    const subnet = parseSubnet(text);
    if (subnet === null) throw new AppError('subnetInvalid', { subnet: text });
    if (gateway !== null && !isIn(gateway, subnet)) throw new AppError('addressOutside', { address: gateway, subnet: text });
    for (const network of existing) {
      const taken = network.subnets.find((one) => {
        const other = parseSubnet(one.subnet);
        return other !== null && overlaps(subnet, other);
      });
      if (taken !== undefined) throw new AppError('subnetTaken', { subnet: text, owner: `${network.name} (${taken.subnet})` });
    }
  }
}

function checkAddress(address: string, { subnets }: Network): void {
  const fits = subnets.some(({ subnet, gateway }) => {
    const parsed = parseSubnet(subnet);
    return parsed !== null && isIn(address, parsed) && address !== gateway;
  });
  if (!fits) throw new AppError('addressOutside', { address, subnet: subnets.map(({ subnet }) => subnet).join(', ') });
}

function isIn(text: string, subnet: Subnet): boolean {
  const address = parseAddress(text);
  return address !== null && holdsMachine(subnet, address);
}

function gone(refusal: Refusal): AppError | null {
  if (refusal.status === 404 && /network/i.test(refusal.message)) return new AppError('networkMissing');
  return missing(refusal);
}

/** Podman answers "OK", which is no JSON. */
async function drain(body: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of body);
}
