import { ArrowLeft, Unplug } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Link, useParams } from 'wouter';
import { type Volume, volumeId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FileBrowser } from '../files/FileBrowser.tsx';
import { machineUrl } from '../machine/machine-url.ts';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { usersByVolume } from './list-volumes.ts';
import { VolumeDialog, type VolumeQuestion } from './VolumeDialogs.tsx';
import { VolumeMenu } from './volume-columns.tsx';
import styles from './volumes.module.css';

/** `/volumes/<engine>/<name>`: who uses it, and its files. */
export function VolumePage() {
  const { t } = useI18n();
  const { engine = '', name = '' } = useParams<{ engine: string; name: string }>();
  const id = volumeId.safeParse(`${engine}/${name}`).data;
  const ready = useInventory((inventory) => inventory.ready);
  const volume = useInventory((inventory) => (id === undefined ? undefined : inventory.volumes.get(id)));
  if (volume !== undefined) return <KnownVolume key={volume.id} volume={volume} />;
  if (!ready) return <PageSkeleton />;
  return (
    <EmptyState icon={<Unplug />} title={t('volumes.gone')} action={<Link href="/volumes">{t('volumes.back')}</Link>}>
      {t('volumes.goneText')}
    </EmptyState>
  );
}

function KnownVolume({ volume }: { volume: Volume }) {
  const { t, format } = useI18n();
  const machines = useInventory((inventory) => inventory.machines);
  const engine = useInventory((inventory) => inventory.engines.get(volume.engineId)?.name ?? volume.engineId);
  const [question, setQuestion] = useState<VolumeQuestion | null>(null);
  const place = useMemo(() => ({ volumeId: volume.id }), [volume.id]);
  const users = useMemo(() => usersByVolume(machines.values()), [machines]);
  const using = users.get(volume.id) ?? [];
  const pairs = (of: Record<string, string>) => Object.entries(of).map(([key, value]) => `${key}=${value}`);
  return (
    <div className={styles.page}>
      <PageHeader title={volume.name} note={engine}>
        <Link href="/volumes" className={styles.back}>
          <ArrowLeft size={14} />
          {t('volumes.back')}
        </Link>
        <VolumeMenu volume={volume} onAsk={setQuestion} />
      </PageHeader>
      <dl className={styles.facts} aria-label={t('volumes.facts', { name: volume.name })}>
        <div>
          <dt>{t('volumes.users')}</dt>
          <dd>
            {using.length === 0
              ? t('volumes.unused')
              : using.map((machine, index) => (
                  <span key={machine.id}>
                    {index > 0 && ', '}
                    <Link href={machineUrl(machine.id)}>{machine.name}</Link>{' '}
                    <span className={styles.muted}>{whereIn(volume, machine)}</span>
                  </span>
                ))}
          </dd>
        </div>
        <div>
          <dt>{t('volumes.driver')}</dt>
          <dd>{[volume.driver, ...pairs(volume.options)].join(' ')}</dd>
        </div>
        <div>
          <dt>{t('volumes.created')}</dt>
          <dd>{format.dateTime(volume.createdAtMs)}</dd>
        </div>
        {volume.mountpoint !== '' && (
          <div>
            <dt>{t('volumes.mountpoint')}</dt>
            <dd>
              <code>{volume.mountpoint}</code>
            </dd>
          </div>
        )}
        {Object.keys(volume.labels).length > 0 && (
          <div>
            <dt>{t('volumes.labels')}</dt>
            <dd>{pairs(volume.labels).join(', ')}</dd>
          </div>
        )}
      </dl>
      <div className={styles.files}>
        <FileBrowser place={place} changesOf={null} />
      </div>
      {question !== null && <VolumeDialog question={question} users={users} sizes={null} onClose={() => setQuestion(null)} />}
    </div>
  );
}

function whereIn(volume: Volume, machine: { mounts: { type: string; source: string; destination: string }[] }): string {
  return machine.mounts
    .filter(({ type, source }) => type === 'volume' && source === volume.name)
    .map(({ destination }) => destination)
    .join(' ');
}
