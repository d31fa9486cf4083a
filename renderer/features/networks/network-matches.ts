import type { Network } from '../../../backend/contract/index.ts';
import { type Members, membersOf } from './use-members.ts';

/** Every word has to be somewhere in its name, driver or subnets, or in the name of a machine that is on it. */
export function networkMatches(network: Network, filter: string, members: Members): boolean {
  const names = membersOf(members, network).map(({ machine }) => machine.name);
  const hay = [network.name, network.driver, ...network.subnets.map(({ subnet }) => subnet), ...names].join('\n').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}
