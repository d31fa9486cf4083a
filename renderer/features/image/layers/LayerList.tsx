import { type KeyboardEvent, useRef } from 'react';
import type { ImageContents, ImageDetails } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { classNames } from '../../../ui/class-names.ts';
import { shownInstruction } from './instruction.ts';
import styles from './LayersTab.module.css';

export interface LayerListProps {
  details: ImageDetails;
  contents: ImageContents | null;
  chosen: number;
  onChoose: (layer: number) => void;
}

interface Line {
  key: string;
  words: string;
  layer: number | null;
}

/** Every step in the order in which the image was made; those with a layer can be chosen. */
export function LayerList({ details, contents, chosen, onChoose }: LayerListProps) {
  const { t, format } = useI18n();
  const list = useRef<HTMLDivElement>(null);
  const lines = linesOf(details, t('layers.noInstruction'));
  const largest = Math.max(1, ...details.layers.map(({ sizeBytes }) => sizeBytes));
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const next = event.key === 'Home' ? 0 : event.key === 'End' ? details.layers.length - 1 : step === undefined ? null : chosen + step;
    if (next === null || event.ctrlKey || event.metaKey || details.layers[next] === undefined) return;
    event.preventDefault();
    onChoose(next);
    list.current?.querySelector<HTMLElement>(`[data-layer="${next}"]`)?.focus();
  };
  return (
    <div ref={list} className={styles.list} role="listbox" aria-label={t('layers.list')} tabIndex={-1} onKeyDown={onKeyDown}>
      {lines.map(({ key, words, layer }) => {
        const { verb, rest } = shownInstruction(words);
        const bytes = layer === null ? null : (details.layers[layer]?.sizeBytes ?? 0);
        const wasted = layer === null ? 0 : (contents?.layers[layer]?.wastedBytes ?? 0);
        const text = (
          <>
            <span className={styles.number}>{layer === null ? '' : layer + 1}</span>
            <span className={styles.words} title={`${verb} ${rest}`}>
              {verb !== '' && <b>{verb}</b>} {rest}
            </span>
            <span className={styles.size}>{bytes === null ? '' : format.bytes(bytes)}</span>
            {bytes !== null && (
              <span className={styles.bar} aria-hidden="true">
                <span style={{ width: `${(bytes / largest) * 100}%` }} />
                <span className={styles.wastedBar} style={{ width: `${(Math.min(wasted, bytes) / largest) * 100}%` }} />
              </span>
            )}
          </>
        );
        if (layer === null) {
          return (
            <div key={key} className={classNames(styles.step, styles.empty)} role="presentation">
              {text}
            </div>
          );
        }
        return (
          <div
            key={key}
            role="option"
            data-layer={layer}
            aria-selected={layer === chosen}
            tabIndex={layer === chosen ? 0 : -1}
            className={classNames(styles.step, layer === chosen && styles.selected)}
            onClick={() => onChoose(layer)}
            onKeyDown={(event) => event.key === 'Enter' && onChoose(layer)}
          >
            {text}
          </div>
        );
      })}
    </div>
  );
}

/** The steps, or the bare layers of an image that carries no history. */
function linesOf({ steps, layers }: ImageDetails, noInstruction: string): Line[] {
  if (steps.length === 0) return layers.map((_, layer) => ({ key: String(layer), words: noInstruction, layer }));
  return steps.map(({ createdBy, layer }, index) => ({ key: String(index), words: createdBy || noInstruction, layer }));
}
