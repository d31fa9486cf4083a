import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { machineSubject } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useMetricsWindow, useStores } from '../../stores/index.ts';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { niceBytesTop, niceTop, sharedTop } from '../machines/scale.ts';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { HullHeader } from './HullHeader.tsx';
import { HullRow } from './HullRow.tsx';
import styles from './Hulls.module.css';
import { moveFocus } from './hull-keys.ts';
import { type HullPair, pairMachines } from './pair-machines.ts';

const ROW_PX = 116;
const LEAST_CORES = 0.1;
const LEAST_BYTES = 64 * 1024 * 1024;

/** Containers to port, virtual machines to starboard; twins opposite each other, tied. `scroller` is what scrolls the page. */
export function Hulls({ scroller }: { scroller: RefObject<HTMLElement | null> }) {
  const { t } = useI18n();
  const machines = useInventory((inventory) => inventory.machines);
  const all = useMemo(() => [...machines.values()], [machines]);
  const pairs = useMemo(() => pairMachines(all), [all]);
  const tops = useSharedTops();
  const list = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => setOffset(list.current?.offsetTop ?? 0), []);
  const virtual = useVirtualizer({
    count: pairs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => pairs[index]?.key ?? index,
    scrollMargin: offset,
    gap: 10,
    overscan: 4,
  });
  return (
    <section className={styles.hulls}>
      <div className={styles.bows}>
        <HullHeader kind="container" machines={useMemo(() => all.filter(({ kind }) => kind === 'container'), [all])} />
        <span />
        <HullHeader kind="vm" machines={useMemo(() => all.filter(({ kind }) => kind === 'vm'), [all])} />
      </div>
      <ScaleNote tops={tops} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the rows take the focus; here are only the keys between them. */}
      <div ref={list} className={styles.list} style={{ height: virtual.getTotalSize() }} data-list tabIndex={-1} onKeyDown={moveFocus}>
        {virtual.getVirtualItems().map((item) => {
          const pair = pairs[item.index];
          if (pair === undefined) return null;
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={styles.pair}
              style={{ transform: `translateY(${item.start - offset}px)` }}
            >
              {pair.container === null ? <span /> : <HullRow machine={pair.container} {...tops} />}
              <Tie pair={pair} />
              {pair.vm === null ? <span /> : <HullRow machine={pair.vm} {...tops} />}
            </div>
          );
        })}
      </div>
      <div className={styles.pair} data-static>
        <EmptyHull kind="container" empty={!all.some(({ kind }) => kind === 'container')} text={t('overview.noContainers')} />
        <span />
        <EmptyHull kind="vm" empty={!all.some(({ kind }) => kind === 'vm')} text={t('overview.noVms')} />
      </div>
    </section>
  );
}

interface Tops {
  cpuTop: () => number;
  memoryTop: () => number;
}

/** The same scale on both hulls, whatever is in sight. */
function useSharedTops(): Tops {
  const { inventory, metrics } = useStores();
  return useMemo(() => {
    const subjects = () => [...inventory.getState().machines.keys()].map(machineSubject);
    return {
      cpuTop: sharedTop(metrics.version, () => niceTop(metrics.window.highest(subjects(), 'cpuCores'), LEAST_CORES)),
      memoryTop: sharedTop(metrics.version, () => niceBytesTop(metrics.window.highest(subjects(), 'memoryBytes'), LEAST_BYTES)),
    };
  }, [inventory, metrics]);
}

function ScaleNote({ tops }: { tops: Tops }) {
  const { t, format } = useI18n();
  useMetricsWindow();
  return (
    <p className={styles.scale}>
      {t('overview.sameScale', { cores: format.cores(tops.cpuTop()), memory: format.bytes(tops.memoryTop()) })}
    </p>
  );
}

function Tie({ pair }: { pair: HullPair }) {
  const { t } = useI18n();
  if (!pair.tied || pair.container === null || pair.vm === null) return <span />;
  const words = t('overview.twins', { container: pair.container.name, vm: pair.vm.name });
  return (
    <Tooltip content={words}>
      <span className={styles.tie} role="img" aria-label={words} />
    </Tooltip>
  );
}

/** A hull that carries nothing: because it cannot, or not yet. */
function EmptyHull({ kind, empty, text }: { kind: 'container' | 'vm'; empty: boolean; text: string }) {
  const availability = useAvailability(kind);
  if (!availability.available) {
    return (
      <div className={styles.empty}>
        <EngineProblem kind={kind} problem={availability.problem} />
      </div>
    );
  }
  return empty ? <p className={styles.empty}>{text}</p> : <span />;
}
