import { useCallback, useEffect, useMemo, useState } from 'react';
import type {
  AddDiskRequest,
  DiskAction,
  DiskChange,
  DiskFormat,
  ExportFormat,
  Machine,
  MachineDisks,
  Problem,
} from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';

/** What somebody wants done with a disk. */
export type DiskWish =
  | { do: Exclude<DiskAction, 'grow' | 'convert' | 'export'> }
  | { do: 'grow'; sizeBytes: number }
  | { do: 'convert'; format: DiskFormat }
  | { do: 'export'; format: ExportFormat; compressed: boolean }
  | { do: 'settleRepair'; keep: 'repaired' | 'unrepaired' };

/** A disk that somebody wants more; what the page sends is a file of its own computer. */
export type WantedDisk = Exclude<AddDiskRequest['from'], { type: 'page' }> | { type: 'page'; file: File };

export type LoadedDisks = { disks: MachineDisks } | { problem: Problem };

export interface DiskCommands {
  /** Null until it was read once. */
  loaded: LoadedDisks | null;
  /** The disk at which something is done now. */
  working: string | null;
  /** What came of the last thing that was done, and with which disk. */
  outcome: { diskId: string; text: string } | null;
  perform(diskId: string, wish: DiskWish): Promise<void>;
  add(disk: WantedDisk): Promise<void>;
  deleteFile(file: string): Promise<void>;
}

/** A machine's disks, read again when its state changes and after all that is done with them. */
export function useDisks(machine: Machine): DiskCommands {
  const { connection, notices } = useStores();
  const { t, format } = useI18n();
  const [loaded, setLoaded] = useState<LoadedDisks | null>(null);
  const [readings, setReadings] = useState(0);
  const [working, setWorking] = useState<string | null>(null);
  const [outcome, setOutcome] = useState<DiskCommands['outcome']>(null);
  const { id, state, name } = machine;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new state, and what was done, are reasons to read again.
  useEffect(() => {
    const ended = new AbortController();
    connection.client.disks
      .list({ id }, { signal: ended.signal })
      .then((disks) => ({ disks }))
      .catch((error: unknown) => ({ problem: connection.problemOf(error) }))
      .then((result) => !ended.signal.aborted && setLoaded(result));
    return () => ended.abort();
  }, [connection, id, state, readings]);

  const attempt = useCallback(
    async (diskId: string, work: () => Promise<string>) => {
      setWorking(diskId);
      setOutcome(null);
      try {
        const text = await work();
        setOutcome({ diskId, text });
      } catch (error) {
        const problem = connection.problemOf(error);
        // Whoever cancelled it knows.
        if (problem.code !== 'cancelled') notices.tell(problem, name);
      } finally {
        setWorking(null);
        setReadings((count) => count + 1);
      }
    },
    [connection, notices, name],
  );

  return useMemo(() => {
    const { disks } = connection.client;
    const effect = ({ takesEffect }: DiskChange) => t(takesEffect === 'now' ? 'disks.takesEffectNow' : 'disks.takesEffectAtStart');

    async function done(diskId: string, wish: DiskWish): Promise<string> {
      const place = { machineId: id, diskId };
      switch (wish.do) {
        case 'grow': {
          const { filesystem } = await disks.grow({ ...place, sizeBytes: wish.sizeBytes });
          const size = format.bytes(wish.sizeBytes);
          if (filesystem === 'grown') return t('disks.grown', { size });
          return t(filesystem === 'atStart' ? 'disks.grownAtStart' : 'disks.grownByHand', { size });
        }
        case 'compact': {
          const { beforeBytes, afterBytes } = await disks.compact(place);
          const [before, after] = [format.bytes(beforeBytes), format.bytes(afterBytes)];
          if (afterBytes >= beforeBytes) return t('disks.compactedNothing', { after });
          return t('disks.compacted', { before, after, gained: format.bytes(beforeBytes - afterBytes) });
        }
        case 'flatten': {
          const { beforeBytes, afterBytes } = await disks.flatten(place);
          return t('disks.flattened', { before: format.bytes(beforeBytes), after: format.bytes(afterBytes) });
        }
        case 'check': {
          const { leaks, corruptions, errors } = await disks.check(place);
          if (corruptions + errors > 0) return t('disks.checkDamaged', { leaks, corruptions, errors });
          return leaks > 0 ? t('disks.checkLeaks', { leaks }) : t('disks.checkClean');
        }
        case 'repair': {
          const { before } = await disks.repair(place);
          return t('disks.repaired', { leaks: before.leaks, corruptions: before.corruptions });
        }
        case 'settleRepair':
          await disks.settleRepair({ ...place, keep: wish.keep });
          return '';
        case 'convert':
          await disks.convert({ ...place, format: wish.format });
          return t('disks.converted', { format: wish.format });
        case 'export': {
          const { format: as, compressed } = wish;
          await connection.saveFile((transferId) => disks.export({ ...place, format: as, compressed, transferId }));
          return '';
        }
        case 'detach':
          return effect(await disks.detach(place));
      }
    }

    async function added(disk: WantedDisk): Promise<DiskChange> {
      if (disk.type !== 'page') return await disks.add({ machineId: id, from: disk });
      const { file } = disk;
      const from = { type: 'page', fileName: file.name, sizeBytes: file.size } as const;
      return await connection.sendFile(file, (transferId) => disks.add({ machineId: id, from: { ...from, transferId } }));
    }

    return {
      loaded,
      working,
      outcome,
      perform: (diskId, wish) => attempt(diskId, () => done(diskId, wish)),
      add: (disk) => attempt('', async () => effect(await added(disk))),
      deleteFile: (file) =>
        attempt('', async () => {
          await disks.deleteFile({ machineId: id, file });
          return '';
        }),
    };
  }, [connection, attempt, id, t, format, loaded, working, outcome]);
}
