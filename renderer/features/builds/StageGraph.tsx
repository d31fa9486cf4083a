import type { Build, BuildStep } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { classNames } from '../../ui/class-names.ts';
import { type DotState, StateDot } from '../../ui/StateDot.tsx';
import { useNow } from '../machines/use-now.ts';
import { CARD, type GraphCard, type GraphEdge, layOutGraph } from './graph-layout.ts';
import styles from './StageGraph.module.css';

export interface StageGraphProps {
  build: Build;
  selected: string | null;
  onSelect: (stepId: string) => void;
}

const DOTS: Record<BuildStep['state'], DotState> = {
  waiting: 'creating',
  running: 'starting',
  cached: 'stopped',
  done: 'running',
  failed: 'failed',
  cancelled: 'paused',
};

/** Stages as cards from left to right, what each takes from others as lines, and in each card its steps with what they cost. */
export function StageGraph({ build, selected, onSelect }: StageGraphProps) {
  const { t } = useI18n();
  const { cards, edges, width, height } = layOutGraph(build);
  const longestMs = Math.max(1, ...build.steps.map((step) => tookMs(step, step.startedAtMs ?? 0)));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the page has to be scrolled by keys, too
    <section className={styles.scroll} aria-label={t('builds.graph')} tabIndex={0}>
      <div className={styles.canvas} style={{ width, height }}>
        <svg className={styles.edges} width={width} height={height} aria-hidden="true">
          <defs>
            <marker id="build-arrow" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto">
              <path className={styles.arrow} d="M0 0 6 3 0 6z" />
            </marker>
          </defs>
          {edges.map((edge) => (
            <path key={edge.key} className={classNames(styles.edge, styles[edge.how], isWaiting(edge) && styles.waiting)} d={edge.path} />
          ))}
        </svg>
        {cards.map((card) => (
          <StageCard key={card.key} card={card} longestMs={longestMs} selected={selected} onSelect={onSelect} />
        ))}
      </div>
    </section>
  );
}

/** Until all of the stage that it comes from is done. */
function isWaiting({ from }: GraphEdge): boolean {
  return from.steps.some(({ state }) => state !== 'done' && state !== 'cached');
}

function StageCard(props: { card: GraphCard; longestMs: number; selected: string | null; onSelect: (stepId: string) => void }) {
  const { card, longestMs, selected, onSelect } = props;
  const { t } = useI18n();
  const { stage } = card;
  const title = stage === null ? t('builds.ownWork') : (stage.name ?? t('builds.stage', { index: stage.index + 1 }));
  return (
    <section
      className={classNames(styles.card, stage === null && styles.own)}
      aria-label={title}
      style={{ left: card.x, top: card.y, width: CARD.width, height: card.height }}
    >
      <header className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
        {stage !== null && (
          <span className={styles.from} title={stage.from}>
            {t('builds.from', { image: stage.from })}
          </span>
        )}
      </header>
      <ul>
        {card.steps.map((step) => (
          <li key={step.id}>
            <StepRow step={step} longestMs={longestMs} selected={step.id === selected} onSelect={onSelect} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function StepRow(props: { step: BuildStep; longestMs: number; selected: boolean; onSelect: (stepId: string) => void }) {
  const { step, longestMs, selected, onSelect } = props;
  const { t } = useI18n();
  return (
    <button
      type="button"
      className={classNames(styles.step, selected && styles.selected)}
      data-step-state={step.state}
      aria-pressed={selected}
      title={step.name}
      onClick={() => onSelect(step.id)}
    >
      <StateDot state={DOTS[step.state]} label={t(`builds.step.${step.state}`)} />
      <span className={styles.name}>{step.name}</span>
      <span className={styles.cost}>
        <Cost step={step} />
      </span>
      {step.completedAtMs !== null && step.state !== 'cached' && (
        <span className={styles.bar} style={{ width: `${Math.round((tookMs(step, 0) / longestMs) * 100)}%` }} />
      )}
    </button>
  );
}

function Cost({ step }: { step: BuildStep }) {
  const { t, format } = useI18n();
  if (step.state === 'cached') return t('builds.step.cached');
  if (step.startedAtMs === null) return null;
  if (step.state === 'running') return <RunningCost step={step} />;
  return format.timing(tookMs(step, step.startedAtMs));
}

function RunningCost({ step }: { step: BuildStep }) {
  const { format } = useI18n();
  const now = useNow(100);
  if (step.doneBytes !== null && step.totalBytes !== null && step.totalBytes > 0) return format.percent(step.doneBytes / step.totalBytes);
  return format.timing(tookMs(step, now));
}

function tookMs({ startedAtMs, completedAtMs }: BuildStep, now: number): number {
  return startedAtMs === null ? 0 : Math.max(0, (completedAtMs ?? now) - startedAtMs);
}
