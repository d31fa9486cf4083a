import { CircleHelp, SlidersHorizontal } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import {
  HISTORY_RANGES_MS,
  type Limits,
  type Machine,
  type MachineEvent,
  type MachineEventKind,
  type Metric,
  machineSubject,
} from '../../../../backend/contract/index.ts';
import { type I18n, useI18n } from '../../../i18n/index.ts';
import { type LimitChange, useInventory, useLimitChanges, useStores } from '../../../stores/index.ts';
import { Button } from '../../../ui/Button.tsx';
import { classNames } from '../../../ui/class-names.ts';
import { IconButton } from '../../../ui/IconButton.tsx';
import { KindIcon } from '../../../ui/KindIcon.tsx';
import { Popover } from '../../../ui/Popover.tsx';
import { Segments } from '../../../ui/Segments.tsx';
import { Switch } from '../../../ui/Switch.tsx';
import { eventWords } from '../events/event-words.ts';
import { useMachineEvents } from '../events/use-machine-events.ts';
import { LimitsPanel } from '../limits/LimitsPanel.tsx';
import { type BoardEvent, GraphBoard, valueKey } from './graph-board.ts';
import { GRAPH_SPECS, GRAPHS, type GraphId, type RangeMs, rangeSteps } from './graph-spec.ts';
import styles from './OverviewTab.module.css';
import 'uplot/dist/uPlot.min.css';

/** What of a system only an agent inside can tell. */
const BY_AGENT: ReadonlySet<GraphId> = new Set(['network', 'processes']);
const NOTHING_TRIED: Partial<Limits> = {};
const RANGES = HISTORY_RANGES_MS.map((ms) => String(ms) as `${RangeMs}`);

export function OverviewTab({ machine, twin }: { machine: Machine; twin: Machine | undefined }) {
  const { t, format } = useI18n();
  const [range, setRange] = useState<`${RangeMs}`>('60000');
  const [withTwin, setWithTwin] = useState(false);
  const [limitsOpen, setLimitsOpen] = useState(false);
  const [draft, setDraft] = useState<Partial<Limits> | null>(null);
  const changesLimits = useInventory(({ engines }) => engines.get(machine.engineId)?.facets.includes('limits') === true);
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
        {changesLimits && (
          <Button size="small" icon={<SlidersHorizontal />} aria-expanded={limitsOpen} onClick={() => setLimitsOpen(!limitsOpen)}>
            {t('limits.open')}
          </Button>
        )}
        {twin !== undefined && (
          <span className={styles.twin}>
            {shownTwin !== undefined && <span className={styles.faint}>{t('graphs.sameScale')}</span>}
            <span>{t(`graphs.withTwin.${twin.kind}`)}</span>
            <Switch label={t(`graphs.withTwin.${twin.kind}`)} checked={withTwin} onCheckedChange={setWithTwin} />
          </span>
        )}
      </div>
      {changesLimits && limitsOpen && <LimitsPanel machine={machine} onDraft={setDraft} />}
      <Board
        key={`${machine.id} ${range} ${shownTwin?.id ?? ''}`}
        machine={machine}
        twin={shownTwin}
        rangeMs={rangeMs}
        trying={limitsOpen ? (draft ?? NOTHING_TRIED) : null}
      />
    </div>
  );
}

interface BoardProps {
  machine: Machine;
  twin: Machine | undefined;
  rangeMs: RangeMs;
  /** Limits that are being tried out in the place of the machine's own; null while none are. */
  trying: Partial<Limits> | null;
}

/** Makes the places and hands them to a GraphBoard, which fills them. */
function Board({ machine, twin, rangeMs, trying }: BoardProps) {
  const i18n = useI18n();
  const { t, format } = i18n;
  const { connection, notices } = useStores();
  const changes = useLimitChanges(machine.id);
  const events = useMachineEvents(machine);
  const twinEvents = useMachineEvents(twin);
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
    const { cpus, memoryBytes, processes } = { ...machine.limits, ...trying };
    const limits = { cpu: cpus, memory: memoryBytes, disk: null, network: null, processes };
    const happened = [
      // What was changed here is told with its numbers, before the engine's own word of it.
      changes.map((change) => changeEvent(i18n, machine, change)),
      ticksOf(i18n, machine, { events, isAlone: twin === undefined }),
      ticksOf(i18n, twin, { events: twinEvents, isAlone: false }),
    ];
    board?.setMarks({ limits, limitsInSight: trying !== null, events: happened.flat() });
  }, [board, i18n, machine, twin, trying, changes, events, twinEvents]);

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
              {BY_AGENT.has(id) && shown.some(({ vm }) => vm?.guest === 'system') && (
                <span className={styles.faint}>{t('graphs.byAgent')}</span>
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
        <span className={styles.kind} title={whose.name}>
          <KindIcon kind={whose.kind} size={12} label={whose.name} />
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

/** What moves a line, and is marked where it happened. */
const TICKS: ReadonlySet<MachineEventKind> = new Set(['started', 'ended', 'failed', 'outOfMemory', 'limitsChanged', 'paused', 'resumed']);

function ticksOf(
  i18n: I18n,
  machine: Machine | undefined,
  { events, isAlone }: { events: readonly MachineEvent[] | null; isAlone: boolean },
): BoardEvent[] {
  if (machine === undefined) return [];
  const { t, format } = i18n;
  const { startedAtMs } = machine;
  // An engine that tells nothing still says since when it runs.
  const known = events ?? (startedAtMs === null ? [] : [{ timeMs: startedAtMs, kind: 'started' as const, exitCode: null, detail: null }]);
  return known
    .filter(({ kind }) => TICKS.has(kind))
    .map((event) => {
      const words = { what: eventWords(event, i18n), time: format.timeOfDay(event.timeMs) };
      return {
        timeMs: event.timeMs,
        kind: machine.kind,
        label: isAlone ? t('events.tick', words) : t(`events.tick.${machine.kind}`, words),
      };
    });
}

function changeEvent({ t, format }: I18n, { kind }: Machine, { timeMs, limit, before, after }: LimitChange): BoardEvent {
  const write = (value: number | null) => {
    if (value === null) return t('limits.none');
    if (limit === 'memoryBytes') return format.bytes(value);
    return limit === 'cpus' ? format.cores(value) : format.integer(value);
  };
  const label = t(`graphs.limitChanged.${limit}`, { before: write(before), after: write(after), time: format.timeOfDay(timeMs) });
  return { timeMs, kind, label };
}
