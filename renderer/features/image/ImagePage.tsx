import { Columns2, Info, Layers, Package, Unplug } from 'lucide-react';
import { type ReactNode, Suspense } from 'react';
import { Link, useLocation } from 'wouter';
import type { ImageId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { imageTitle } from '../images/list-images.ts';
import styles from '../machine/MachinePage.module.css';
import { lazyPage } from '../shell/lazy-page.ts';
import { NotFound } from '../shell/NotFound.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { ImageHeader } from './ImageHeader.tsx';
import { IMAGE_TABS, type ImageTab, imageUrl, parseImageUrl } from './image-url.ts';

const OverviewTab = lazyPage(() => import('./ImageOverviewTab.tsx').then((module) => module.ImageOverviewTab));
const LayersTab = lazyPage(() => import('./layers/LayersTab.tsx').then((module) => module.LayersTab));
const CompareTab = lazyPage(() => import('./compare/CompareTab.tsx').then((module) => module.CompareTab));

const ContentsTab = lazyPage(() => import('./contents/ContentsTab.tsx').then((module) => module.ContentsTab));

const ICONS: Record<ImageTab, ReactNode> = {
  overview: <Info />,
  layers: <Layers />,
  compare: <Columns2 />,
  contents: <Package />,
};

/** `/images/<engine>/<id>/<tab>`: everything about one image. */
export function ImagePage() {
  const [path] = useLocation();
  const place = parseImageUrl(path);
  return place === null ? <NotFound /> : <KnownImage key={place.id} {...place} />;
}

function KnownImage({ id, tab }: { id: ImageId; tab: ImageTab }) {
  const { t } = useI18n();
  const [, navigate] = useLocation();
  const image = useInventory(({ images }) => images.get(id));
  const ready = useInventory((inventory) => inventory.ready);
  if (image === undefined) return ready ? <Gone /> : <PageSkeleton />;
  return (
    <div className={styles.page}>
      <ImageHeader image={image} />
      <div className={styles.tabs}>
        <Tabs
          label={t('image.tabs', { image: imageTitle(image, t('images.dangling')) })}
          value={tab}
          tabs={IMAGE_TABS.map((value) => ({ value, label: t(`image.tab.${value}`), icon: ICONS[value] }))}
          onValueChange={(next) => navigate(imageUrl(id, next))}
        >
          <Suspense>
            {tab === 'overview' && <OverviewTab image={image} />}
            {tab === 'layers' && <LayersTab image={image} />}
            {tab === 'compare' && <CompareTab image={image} />}
            {tab === 'contents' && <ContentsTab image={image} />}
          </Suspense>
        </Tabs>
      </div>
    </div>
  );
}

function Gone() {
  const { t } = useI18n();
  return (
    <EmptyState icon={<Unplug />} title={t('image.gone')} action={<Link href="/images">{t('image.back')}</Link>}>
      {t('image.goneText')}
    </EmptyState>
  );
}
