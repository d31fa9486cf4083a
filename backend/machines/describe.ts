import type { ContainerSpec, EngineId, MachineId } from '../contract/index.ts';
import { facetOf } from '../drivers/facets.ts';
import type { Inventory } from '../inventory/index.ts';
import { checkPort } from './port-check.ts';
import { shortName } from './provide-image.ts';

/**
 * What would make this container again. `same` names its volumes, ports and itself, to put another in its place; `copy` is to
 * stand beside it: volumes without a name, addresses and the name are its own, and its ports are the next that are free.
 */
export async function describeContainer(
  inventory: Inventory,
  { id, as }: { id: MachineId; as: 'copy' | 'same' },
  signal: AbortSignal,
): Promise<{ engineId: EngineId; spec: ContainerSpec }> {
  const { engineId, name } = inventory.machine(id);
  const containers = facetOf(inventory.driverOf(id), 'containers');
  const anonymousVolumes = as === 'same' ? 'keep' : 'new';
  const { spec, imageId } = await containers.describe(id, { anonymousVolumes }, signal);
  // The name may have gone to nobody; then only the id says which image it is.
  const named = inventory.listed('images').some((image) => image.engineId === engineId && image.names.includes(shortName(spec.image)));
  const image = named ? spec.image : imageId.slice(engineId.length + 1);
  if (as === 'same') return { engineId, spec: { ...spec, image } };

  const chosen = new Set<string>();
  const ports: ContainerSpec['ports'] = [];
  for (const port of spec.ports) {
    const hostPort = port.hostPort === null ? null : await freePort({ ...port, hostPort: port.hostPort });
    ports.push({ ...port, hostPort });
  }
  const networks = spec.networks.map((join) => ({ ...join, ipv4: null, ipv6: null }));
  return { engineId, spec: { ...spec, image, name: copyName(), networks, ports, macAddress: null } };

  async function freePort({ protocol, hostPort }: { protocol: 'tcp' | 'udp' | 'sctp'; hostPort: number }): Promise<number> {
    let { next } = await checkPort(inventory, { engineId, protocol, port: hostPort, except: null }, signal);
    while (chosen.has(`${next}/${protocol}`))
      ({ next } = await checkPort(inventory, { engineId, protocol, port: next + 1, except: null }, signal));
    chosen.add(`${next}/${protocol}`);
    return next;
  }

  function copyName(): string {
    const taken = new Set(inventory.machines().map((machine) => machine.name));
    const base = `${name}-copy`;
    for (let number = 1; ; number++) {
      const candidate = number === 1 ? base : `${base}-${number}`;
      if (!taken.has(candidate)) return candidate;
    }
  }
}
