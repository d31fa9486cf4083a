import { Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import type { Image, LayerChange } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { Segments } from '../../../ui/Segments.tsx';
import { TextField } from '../../../ui/TextField.tsx';
import styles from './LayerFiles.module.css';
import { LayerTree } from './LayerTree.tsx';
import { type LayerFilter, useLayerRows } from './use-layer-rows.ts';

const CHANGES = ['all', 'added', 'changed', 'removed', 'wasted'] as const;

/** The files that one layer adds, changes and removes: a tree, or a plain list of what a filter leaves. */
export function LayerFiles({ image, layer, layers }: { image: Image; layer: number; layers: number }) {
  const { t } = useI18n();
  const [text, setText] = useState('');
  const [which, setWhich] = useState<(typeof CHANGES)[number]>('all');
  const wanted = useDeferredValue(text);
  const rows = useLayerRows(image.id, layer, toFilter(wanted, which));
  return (
    <>
      <div className={styles.bar}>
        <TextField
          className={styles.filter}
          label={t('layers.filter')}
          placeholder={t('layers.filter')}
          type="search"
          icon={<Search />}
          data-filter
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setText('')}
        />
        <Segments
          label={t('layers.show')}
          value={which}
          // Nothing lies above the last layer that could hide what is in it.
          options={CHANGES.filter((value) => value !== 'wasted' || layer < layers - 1).map((value) => ({
            value,
            label: t(`layers.only.${value}`),
          }))}
          onValueChange={setWhich}
        />
      </div>
      <LayerTree rows={rows} />
    </>
  );
}

function toFilter(text: string, which: (typeof CHANGES)[number]): LayerFilter | null {
  if (text.trim() === '' && which === 'all') return null;
  const changes: LayerChange[] = which === 'all' || which === 'wasted' ? [] : [which];
  return { text: text.trim(), changes, wastedOnly: which === 'wasted' };
}
