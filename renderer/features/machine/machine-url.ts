import { type MachineId, machineId } from '../../../backend/contract/index.ts';

export const MACHINE_TABS = [
  'overview',
  'screen',
  'terminal',
  'logs',
  'hardware',
  'guest',
  'files',
  'processes',
  'disks',
  'isolation',
  'snapshots',
  'events',
  'inspect',
] as const;
export type MachineTab = (typeof MACHINE_TABS)[number];

/** `/machines/<engine>/<native id>/<tab>`; the id's parts are percent-encoded, the tab may be left out. */
export function machineUrl(id: MachineId, tab: MachineTab = 'overview'): string {
  const [engine = '', native = ''] = id.split('/');
  return `/machines/${encodeURIComponent(engine)}/${encodeURIComponent(native)}/${tab}`;
}

/** Null when the address is no machine's; a tab that does not exist is read as the first one. */
export function parseMachineUrl(path: string): { id: MachineId; tab: MachineTab } | null {
  const [empty, page, engine, native, tab = 'overview', ...rest] = path.split('/');
  if (empty !== '' || page !== 'machines' || engine === undefined || native === undefined || rest.length > 0) return null;
  const id = machineId.safeParse(`${decode(engine)}/${decode(native)}`);
  if (!id.success) return null;
  return { id: id.data, tab: MACHINE_TABS.find((known) => known === tab) ?? 'overview' };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
