import type { ProblemReason } from '../../../backend/contract/index.ts';
import type { MessageKey } from '../../i18n/index.ts';
import type { Inventory, Notice } from '../../stores/index.ts';
import { machineUrl } from '../machine/machine-url.ts';
import { mendedOn } from '../machine/mended-on.ts';

const WANTS_SIGN_IN: ReadonlySet<ProblemReason> = new Set(['registryDenied', 'registryRefused', 'registryBusy']);

interface Place {
  href: string;
  label: Extract<MessageKey, 'registries.signIn' | 'machine.showDisks'>;
}

/** The page where the failure of a notice is mended; null: none, or it tells of several. */
export function placeOf(
  { problem, others, machineId }: Pick<Notice, 'problem' | 'others' | 'machineId'>,
  { machines, engines }: Pick<Inventory, 'machines' | 'engines'>,
): Place | null {
  if (others > 0) return null;
  if (WANTS_SIGN_IN.has(problem.reason)) return { href: '/registries', label: 'registries.signIn' };
  const machine = machineId === null ? undefined : machines.get(machineId);
  if (machine === undefined) return null;
  const tab = mendedOn(problem, machine, engines.get(machine.engineId));
  return tab === null ? null : { href: machineUrl(machine.id, tab), label: 'machine.showDisks' };
}
