import { type EngineFacet, engineFacet } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import type { Driver } from './driver.ts';

/** The facets that not every driver has, and what cannot be done without each. */
const DOES = {
  images: 'keep images',
  registries: 'pull and push images',
  builds: 'build images',
  volumes: 'keep volumes',
  networks: 'make networks',
  pods: 'make pods',
  containers: 'run containers',
  virtualMachines: 'run virtual machines, or change the ports of a machine that exists',
  vmTemplates: 'keep guests to clone machines from',
  snapshots: 'take snapshots',
  bin: 'keep removed machines',
  copies: 'clone, export or import virtual machines',
  hardware: 'change what virtual machines are made of',
  terminals: 'open terminals',
  disks: 'change disks',
  displays: 'show screens',
  limits: 'change the limits of a container that exists',
  restart: 'start containers again by itself',
  isolation: 'show how its machines are kept apart',
  files: 'show files',
  compose: 'run stacks of Compose',
  processes: 'list processes',
  guest: 'look into a machine',
  events: 'tell what happened to its machines',
  health: 'check health',
} as const satisfies Record<EngineFacet, string>;

/** For callers that cannot go on without it. @throws AppError actionUnsupported */
export function facetOf<Facet extends keyof typeof DOES>(driver: Driver, facet: Facet): NonNullable<Driver[Facet]> {
  const found: Driver[Facet] = driver[facet];
  if (!found) throw new AppError('actionUnsupported', { engine: driver.engine().name, action: DOES[facet] });
  return found;
}

export function facetsOf(driver: Driver): EngineFacet[] {
  return engineFacet.options.filter((facet) => driver[facet] !== undefined);
}
