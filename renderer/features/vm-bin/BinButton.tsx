import { ArchiveRestore, Trash2 } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { BinnedVm } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useSettings, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import styles from './BinButton.module.css';
import { ImportVmDrawer } from './ImportVmDrawer.tsx';

const DAY_MS = 86_400_000;

/** Brings a machine from an archive, and shows those that were removed. */
export function BinButton() {
  const { t } = useI18n();
  const engine = useInventory(({ engines }) => [...engines.values()].find(({ facets }) => facets.includes('copies')));
  const [open, setOpen] = useState<'import' | 'bin' | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Button disabled={engine === undefined} onClick={() => setOpen('import')}>
        {t('vmCopy.importOpen')}
      </Button>
      <Button icon={<Trash2 />} onClick={() => setOpen('bin')}>
        {t('vmBin.open')}
      </Button>
      {open === 'import' && engine !== undefined && <ImportVmDrawer engineId={engine.id} onClose={close} />}
      {open === 'bin' && <BinDrawer onClose={close} />}
    </>
  );
}

function BinDrawer({ onClose }: { onClose: () => void }) {
  const { t, format } = useI18n();
  const { connection, notices } = useStores();
  const [list, setList] = useState<BinnedVm[] | null>(null);
  const { vmBinDays } = useSettings();
  const [asking, setAsking] = useState<BinnedVm[] | null>(null);
  const machines = useInventory((inventory) => inventory.machines);
  const load = useCallback(async () => {
    try {
      setList(await connection.client.bin.list());
    } catch (error) {
      notices.tell(connection.problemOf(error), null);
    }
  }, [connection, notices]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a machine that goes may come here
  useEffect(() => void load(), [load, machines.size]);
  const each = async (binned: readonly BinnedVm[], call: (place: { engineId: BinnedVm['engineId']; id: string }) => Promise<unknown>) => {
    // Those that are built upon others before these.
    for (const { engineId, id, name } of binned.toSorted((a, b) => a.usedBy.length - b.usedBy.length)) {
      await call({ engineId, id }).catch((error: unknown) => notices.tell(connection.problemOf(error), name));
    }
    await load();
  };
  const { bin } = connection.client;
  return (
    <Drawer
      open
      onOpenChange={onClose}
      title={t('vmBin.title')}
      closeLabel={t('common.close')}
      footer={
        list !== null && list.length > 0 ? (
          <Button variant="danger" onClick={() => setAsking(list)}>
            {t('vmBin.empty')}
          </Button>
        ) : undefined
      }
    >
      {list?.length === 0 && (
        <EmptyState icon={<Trash2 />} title={t('vmBin.nothing')}>
          {t('vmBin.nothingText')}
        </EmptyState>
      )}
      <ul className={styles.list}>
        {list?.map((binned) => (
          <li key={`${binned.engineId}/${binned.id}`} className={styles.row}>
            <div className={styles.what}>
              <div className={styles.name} title={binned.name}>
                {binned.name}
              </div>
              <div className={styles.facts}>
                {[
                  format.bytes(binned.sizeBytes),
                  t('vmBin.removedAt', { time: format.dateTime(binned.binnedAtMs) }),
                  ...(vmBinDays === 0 ? [] : [t('vmBin.goesAt', { time: format.dateTime(binned.binnedAtMs + vmBinDays * DAY_MS) })]),
                  ...(binned.usedBy.length === 0 ? [] : [t('vmBin.usedBy', { machines: format.list(binned.usedBy) })]),
                ].join(' · ')}
              </div>
            </div>
            <Button
              size="small"
              icon={<ArchiveRestore />}
              aria-label={t('vmBin.restoreOf', { name: binned.name })}
              onClick={() => void each([binned], (place) => bin.restore(place))}
            >
              {t('vmBin.restore')}
            </Button>
            <Button
              size="small"
              disabled={binned.usedBy.length > 0}
              aria-label={t('vmBin.removeOf', { name: binned.name })}
              onClick={() => setAsking([binned])}
            >
              {t('vmBin.remove')}
            </Button>
          </li>
        ))}
      </ul>
      {asking !== null && (
        <Dialog
          open
          onOpenChange={() => setAsking(null)}
          title={t('vmBin.sure', { count: asking.length })}
          description={t('vmBin.loses', { size: format.bytes(asking.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)) })}
          footer={
            <>
              <Button onClick={() => setAsking(null)}>{t('common.cancel')}</Button>
              <Button
                variant="danger"
                onClick={() => {
                  void each(asking, (place) => bin.remove(place));
                  setAsking(null);
                }}
              >
                {t('vmBin.remove')}
              </Button>
            </>
          }
        />
      )}
    </Drawer>
  );
}
