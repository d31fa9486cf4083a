import { Hammer } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useI18n } from '../../i18n/index.ts';
import { useTasks } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { BuildDrawer } from './BuildDrawer.tsx';
import styles from './BuildImages.module.css';
import type { DroppedFolder } from './dropped-folder.ts';
import { useFolderDrop } from './use-folder-drop.ts';

/** The way to a build: a button, and the whole page as a place to drop a folder on. */
export function BuildImages() {
  const { t } = useI18n();
  const [location] = useLocation();
  const containers = useAvailability('container');
  const [open, setOpen] = useState(false);
  const [dropped, setDropped] = useState<DroppedFolder | null>(null);
  const hasBuilds = useTasks().some(({ kind }) => kind === 'buildImage');
  const engines = containers.available ? containers.engines.filter(({ facets }) => facets.includes('builds')) : [];
  const isOver = useFolderDrop(engines.length > 0, (folder) => {
    setDropped(folder);
    setOpen(true);
  });
  if (engines.length === 0) return null;
  return (
    <>
      {hasBuilds && location !== '/builds' && <Link href="/builds">{t('builds.recent')}</Link>}
      <Button icon={<Hammer />} onClick={() => setOpen(true)}>
        {t('builds.build')}
      </Button>
      {isOver && <div className={styles.target}>{t('builds.dropHere')}</div>}
      {open && (
        <BuildDrawer
          engines={engines}
          dropped={dropped}
          onDroppedLetGo={() => setDropped(null)}
          onClose={() => {
            setOpen(false);
            setDropped(null);
          }}
        />
      )}
    </>
  );
}
