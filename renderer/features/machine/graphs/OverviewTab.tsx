import { Box, CircleHelp, Server } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { HISTORY_RANGES_MS, type Machine, type Metric, machineSubject } from '../../../../backend/contract/index.ts';
import { type I18n, useI18n } from '../../../i18n/index.ts';
import { useStores } from '../../../stores/index.ts';
import { classNames } from '../../../ui/class-names.ts';
import { IconButton } from '../../../ui/IconButton.tsx';
import { Popover } from '../../../ui/Popover.tsx';
import { Segments } from '../../../ui/Segments.tsx';
import { Switch } from '../../../ui/Switch.tsx';
import { type BoardEvent, GraphBoard, valueKey } from './graph-board.ts';
import { GRAPH_SPECS, GRAPHS, type GraphId, type RangeMs, rangeSteps } from './graph-spec.ts';
import styles from './OverviewTab.module.css';
import 'uplot/dist/uPlot.min.css';

const RANGES = HISTORY_RANGES_MS.map((ms) => String(ms) as `${RangeMs}`);

export function OverviewTab({ machine, twin }: { machine: Machine; twin: Machine | undefined }) {
  const { t, format } = useI18n();
  const [range, setRange] = useState<`${RangeMs}`>('60000');
  const [withTwin, setWithTwin] = useState(false);
  const shownTwin = withTwin ? twin : undefined;
  const rangeMs = Number(range) as RangeMs;
  const { stepMs } = rangeSteps(rangeMs);
  return (
    <div className={styles.tab}>
      <div className={styles.bar}>
        <Segments
          label={t('graphs.range')}
          value={range}
          options={RANGES.map((value) => ({ value, label: t(`graphs.range.${value}`) }))}
          onValueChange={setRange}
        />
        {stepMs > 2000 && <span className={styles.faint}>{t('graphs.band', { duration: format.duration(stepMs) })}</span>}
        {twin !== undefined && (
          <span className={styles.twin}>
            {shownTwin !== undefined && <span className={styles.faint}>{t('graphs.sameScale')}</span>}
            <span>{t(`graphs.withTwin.${twin.kind}`)}</span>
            <Switch label={t(`graphs.withTwin.${twin.kind}`)} checked={withTwin} onCheckedChange={setWithTwin} />
          </span>
        )}
      </div>
      <Board key={`${machine.id} ${range} ${shownTwin?.id ?? ''}`} machine={machine} twin={shownTwin} rangeMs={rangeMs} />
    </div>
  );
}

/** Makes the places and hands them to a GraphBoard, which fills them. */
function Board({ machine, twin, rangeMs }: { machine: Machine; twin: Machine | undefined; rangeMs: RangeMs }) {
  const i18n = useI18n();
  const { t, format } = i18n;
  const { connection, notices } = useStores();
  const root = useRef<HTMLDivElement>(null);
  const cursorLabel = useRef<HTMLDivElement>(null);
  const places = useMemo(
    () => ({ plots: new Map<GraphId, HTMLElement>(), values: new Map<string, HTMLElement>(), limits: new Map<GraphId, HTMLElement>() }),
    [],
  );
  const [board, setBoard] = useState<GraphBoard | null>(null);
  // The board is keyed by its machines: while their state changes, what is drawn of them stays the same.
  const [subjects] = useState(() =>
    [machine, twin].flatMap((one) => (one === undefined ? [] : [{ subject: machineSubject(one.id), kind: one.kind }])),
  );

  useEffect(() => {
    if (root.current === null || cursorLabel.current === null) return;
    const made = new GraphBoard({
      connection,
      elements: { root: root.current, cursorLabel: cursorLabel.current, ...places },
      subjects,
      rangeMs,
      format,
      onProblem: (error) => notices.tell(connection.problemOf(error)),
    });
    setBoard(made);
    return () => made.dispose();
  }, [connection, notices, places, subjects, rangeMs, format]);

  useEffect(() => {
    const limits = {
      cpu: machine.limits.cpus,
      memory: machine.limits.memoryBytes,
      disk: null,
      network: null,
      processes: machine.limits.processes,
    };
    board?.setMarks({ limits, events: eventsOf(i18n, machine, twin) });
  }, [board, i18n, machine, twin]);

  const shown = twin === undefined ? [machine] : [machine, twin];
  return (
    // biome-ignore lint/a11y/useSemanticElements: it groups graphs, not fields.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the cursor through all graphs.
    <div ref={root} role="group" tabIndex={0} aria-label={t('graphs.label', { name: machine.name })} className={styles.board}>
      {GRAPHS.map((id) => (
        <figure key={id} className={styles.graph}>
          <figcaption className={styles.caption}>
            <span className={styles.title}>
              {id === 'cpu' ? t('graphs.cpu') : t(`metric.${id}`)}
              <Meaning id={id} kinds={shown} />
            </span>
            <span className={styles.values}>
              {shown.flatMap((one) =>
                GRAPH_SPECS[id].metrics[one.kind].map((metric, order) => (
                  <Value
                    key={`${one.kind} ${metric}`}
                    label={metricLabel(i18n, metric, one)}
                    tone={one.kind}
                    dotted={order > 0}
                    whose={twin === undefined ? null : one}
                  >
                    <output
                      ref={(element) => {
                        if (element !== null) places.values.set(valueKey(id, one.kind, metric), element);
                      }}
                    />
                  </Value>
                )),
              )}
              {GRAPH_SPECS[id].limit !== null && machine.limits[GRAPH_SPECS[id].limit] !== null && (
                <Value label={t('graphs.limit')} tone="limit" dotted={false} whose={null}>
                  <span
                    ref={(element) => {
                      if (element !== null) places.limits.set(id, element);
                    }}
                  />
                </Value>
              )}
            </span>
          </figcaption>
          <div
            role="img"
            aria-label={t('graphs.plot', { metric: t(`metric.${id}`) })}
            className={styles.plot}
            ref={(element) => {
              if (element !== null) places.plots.set(id, element);
            }}
          >
            {id === GRAPHS.at(-1) && <div ref={cursorLabel} className={styles.cursorLabel} hidden />}
          </div>
        </figure>
      ))}
    </div>
  );
}

interface ValueProps {
  label: string;
  tone: Machine['kind'] | 'limit';
  dotted: boolean;
  /** Said by a shape too, where two machines are drawn. */
  whose: Machine | null;
  children: ReactNode;
}

function Value({ label, tone, dotted, whose, children }: ValueProps) {
  return (
    <span className={styles.value}>
      <svg className={classNames(styles.swatch, styles[tone])} width="16" height="8" viewBox="0 0 16 8" aria-hidden="true">
        <path d="M1 4h14" strokeDasharray={tone === 'limit' ? '4 2' : dotted ? '0.1 4' : undefined} />
      </svg>
      {whose !== null && (
        <span className={classNames(styles.kind, styles[whose.kind])} role="img" aria-label={whose.name} title={whose.name}>
          {whose.kind === 'vm' ? <Server size={12} /> : <Box size={12} />}
        </span>
      )}
      <span className={styles.label}>{label}</span>
      {children}
    </span>
  );
}

/** What a number means differs between the two kinds; both are told when both are drawn. */
function Meaning({ id, kinds }: { id: GraphId; kinds: readonly Machine[] }) {
  const { t } = useI18n();
  const metric = t(`metric.${id}`);
  return (
    <Popover
      title={metric}
      side="right"
      trigger={
        <IconButton label={t('graphs.meaning', { metric })} size="small" className={styles.help}>
          <CircleHelp />
        </IconButton>
      }
    >
      {kinds.map(({ kind }) => (
        <p key={kind}>
          <strong className={styles[kind]}>{t(`kind.${kind}`)}. </strong>
          {t(`meaning.${id}.${kind}`)}
        </p>
      ))}
      {id === 'cpu' && <p>{t('meaning.cpuMean')}</p>}
      <p className={styles.faint}>{t('meaning.gaps')}</p>
    </Popover>
  );
}

function metricLabel({ t }: I18n, metric: Metric, { kind }: Machine): string {
  return metric === 'memoryBytes' ? t(`graphs.metric.memoryBytes.${kind}`) : t(`graphs.metric.${metric}`);
}

function eventsOf({ t, format }: I18n, machine: Machine, twin: Machine | undefined): BoardEvent[] {
  return [machine, twin].flatMap((one) => {
    if (one === undefined || one.startedAtMs === null) return [];
    const time = format.timeOfDay(one.startedAtMs);
    const label = twin === undefined ? t('graphs.started', { time }) : t(`graphs.started.${one.kind}`, { time });
    return [{ timeMs: one.startedAtMs, kind: one.kind, label }];
  });
}
