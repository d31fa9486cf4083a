import { CloudDownload, Play } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Catalogue, CatalogueImage, GuestImage, Problem } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores, useTasks } from '../../stores/index.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Checkbox } from '../../ui/Checkbox.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { GuestImageState } from './GuestImageState.tsx';
import styles from './guest-images.module.css';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** What distributions publish, ready to be downloaded. */
export function CatalogueDrawer({ images, onClose }: { images: readonly GuestImage[]; onClose: () => void }) {
  const i18n = useI18n();
  const { t } = i18n;
  const { state, load } = useCatalogue();
  const [filter, setFilter] = useState('');
  const [foreign, setForeign] = useState(false);
  const architecture = useInventory((inventory) => [...inventory.hosts.values()][0]?.architecture ?? 'x86_64');
  const offered = (state.catalogue?.images ?? []).filter(
    (image) => (foreign || image.architecture === architecture) && matches(image, filter),
  );
  const distributions = [...new Set(offered.map(({ distribution }) => distribution))];
  return (
    <Drawer open onOpenChange={(open) => !open && onClose()} title={t('guestImages.catalogue')} closeLabel={t('common.close')} size="wide">
      <div className={styles.catalogue}>
        <div className={styles.tools}>
          <TextField
            type="search"
            label={t('guestImages.catalogueFilter')}
            placeholder={t('guestImages.catalogueFilter')}
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
          {/* biome-ignore lint/a11y/noLabelWithoutControl: the checkbox inside is the control */}
          <label className={styles.state}>
            <Checkbox label={t('guestImages.foreign')} checked={foreign} onCheckedChange={setForeign} />
            {t('guestImages.foreign')}
          </label>
        </div>
        {state.problem !== null && (
          <EmptyState title={t('guestImages.catalogueFailed')} action={<Button onClick={load}>{t('guestImages.again')}</Button>}>
            {i18n.problem(state.problem)}
          </EmptyState>
        )}
        {state.catalogue === null && state.problem === null && <Skeleton height="240px" />}
        {state.catalogue?.problem != null && (
          <p role="alert" className={styles.problem}>
            {i18n.problem(state.catalogue.problem)}
          </p>
        )}
        {distributions.map((distribution) => (
          <section key={distribution} aria-label={distribution}>
            <h3 className={styles.heading}>{distribution}</h3>
            <ul className={styles.card}>
              {offered
                .filter((image) => image.distribution === distribution)
                .map((image) => (
                  <Entry key={image.id} entry={image} images={images} foreign={image.architecture !== architecture} />
                ))}
            </ul>
          </section>
        ))}
        {state.catalogue !== null && offered.length === 0 && <p className={styles.note}>{t('guestImages.noneOffered')}</p>}
        {state.catalogue !== null && <p className={styles.note}>{t('guestImages.ownFile', { path: state.catalogue.ownFile })}</p>}
      </div>
    </Drawer>
  );
}

interface CatalogueState {
  catalogue: Catalogue | null;
  problem: Problem | null;
}

/** Read anew each time that it is shown. */
function useCatalogue(): { state: CatalogueState; load: () => void } {
  const { connection } = useStores();
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<CatalogueState>({ catalogue: null, problem: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` asks again
  useEffect(() => {
    const ending = new AbortController();
    connection.client.guestImages.catalogue(undefined, { signal: ending.signal }).then(
      (catalogue) => setState({ catalogue, problem: null }),
      (error: unknown) => !ending.signal.aborted && setState({ catalogue: null, problem: connection.problemOf(error) }),
    );
    return () => ending.abort();
  }, [connection, attempt]);
  return { state, load: () => setAttempt((before) => before + 1) };
}

function matches({ distribution, version, codename = '', architecture }: CatalogueImage, filter: string): boolean {
  const text = `${distribution} ${version} ${codename} ${architecture}`.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function Entry({ entry, images, foreign }: { entry: CatalogueImage; images: readonly GuestImage[]; foreign: boolean }) {
  const { t, format } = useI18n();
  const { guestImageCommands } = useStores();
  const tasks = useTasks();
  const mine = images.filter(({ origin }) => origin.type === 'catalogue' && origin.entryId === entry.id);
  const coming = mine.find(({ state }) => state !== 'ready');
  const name = `${entry.distribution} ${entry.version}`;
  const named = { name: `${name} (${entry.architecture})` };
  const download = () => void guestImageCommands.download(entry.id, name);
  const facts = [
    entry.architecture,
    t('guestImages.user', { user: entry.defaultUser }),
    t('guestImages.needs', {
      memory: format.bytes(entry.minimumMemoryMiB * MIB),
      disk: format.bytes(entry.minimumDiskGiB * GIB),
    }),
    entry.cloudInit ? 'cloud-init' : null,
    entry.guestAgent ? t('guestImages.agentIn') : null,
  ].filter((fact) => fact !== null);
  return (
    <li className={styles.entry}>
      <div className={styles.about}>
        <span className={styles.title}>
          {name}
          {entry.codename !== undefined && <span className={styles.muted}>{entry.codename}</span>}
          {foreign && <Badge>{t('guestImages.emulated')}</Badge>}
          {entry.own && <Badge>{t('guestImages.own')}</Badge>}
        </span>
        <span className={styles.facts}>{facts.join(' · ')}</span>
      </div>
      <div className={styles.coming}>
        {coming?.state === 'preparing' ? (
          <GuestImageState image={coming} task={tasks.find(({ id }) => id === coming.taskId) ?? null} />
        ) : coming?.state === 'paused' ? (
          <Button size="small" icon={<Play />} aria-label={t('guestImages.resumeOf', named)} onClick={download}>
            {t('guestImages.resume')}
          </Button>
        ) : (
          <Button
            size="small"
            variant={mine.length > 0 ? 'quiet' : 'default'}
            icon={<CloudDownload />}
            aria-label={t(mine.length > 0 ? 'guestImages.refreshOf' : 'guestImages.downloadOf', named)}
            onClick={download}
          >
            {t(mine.length > 0 ? 'guestImages.refresh' : 'guestImages.download')}
          </Button>
        )}
      </div>
    </li>
  );
}
