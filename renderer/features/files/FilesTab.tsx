import { useMemo } from 'react';
import type { Machine } from '../../../backend/contract/index.ts';
import { FileBrowser } from './FileBrowser.tsx';

/** A container's files; read anew when it starts or stops, for then they are reached in another way. */
export function FilesTab({ machine }: { machine: Machine }) {
  const place = useMemo(() => ({ machineId: machine.id }), [machine.id]);
  return <FileBrowser key={machine.state} place={place} changesOf={machine.id} />;
}
