import { Undo2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import {
  LEAST_CPUS,
  LEAST_MEMORY_BYTES,
  type Limits,
  type LimitsChange,
  type LimitsReport,
  type Machine,
  machineSubject,
} from '../../../../backend/contract/index.ts';
import { type I18n, useI18n } from '../../../i18n/index.ts';
import { useLatest } from '../../../stores/index.ts';
import { Button } from '../../../ui/Button.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { LimitField } from './LimitField.tsx';
import styles from './LimitsPanel.module.css';
import { memorySteps, nearestStep, parseMemory, safeMemory } from './memory-scale.ts';
import { USUAL_IO_WEIGHT, USUAL_SHARES, useLimits } from './use-limits.ts';

interface LimitsPanelProps {
  machine: Machine;
  /** What is being tried out with a slider, for the graphs to draw; null when nothing is. */
  onDraft: (draft: Partial<Limits> | null) => void;
}

/** Limits that take hold while the machine runs: moved with a slider or written, in force when it is let go. */
export function LimitsPanel({ machine, onDraft }: LimitsPanelProps) {
  const i18n = useI18n();
  const { t, problem } = i18n;
  const control = useLimits(machine);
  const { report, done, busy } = control;
  // A slider that is let go shows the new value until it is in force, or refused.
  const [pending, setPending] = useState<LimitsChange | null>(null);
  const [risky, setRisky] = useState<number | null>(null);
  const used = useLatest(machineSubject(machine.id), 'memoryBytes');

  useEffect(() => () => onDraft(null), [onDraft]);

  const apply = async (change: LimitsChange) => {
    setRisky(null);
    setPending(change);
    await control.apply(change);
    setPending(null);
    onDraft(null);
  };
  const applyMemory = (memoryBytes: number | null) => {
    const needed = Number.isFinite(used) ? used : (report?.use.memoryBytes ?? 0);
    if (memoryBytes === null || memoryBytes >= needed) return void apply({ memoryBytes });
    setRisky(memoryBytes);
  };
  if (report === null) {
    return (
      <div className={styles.panel}>
        {control.problem === null ? <Skeleton width="60%" height="28px" /> : <p role="alert">{problem(control.problem)}</p>}
      </div>
    );
  }
  const { limits, host, removable } = report;
  const steps = memorySteps(LEAST_MEMORY_BYTES, host.memoryBytes);
  const memory = pending?.memoryBytes ?? risky ?? limits.memoryBytes;
  return (
    <section className={styles.panel} aria-label={t('limits.label', { name: machine.name })} aria-busy={busy}>
      <div className={styles.fields}>
        <LimitField
          label={t('limits.cpus')}
          unit={t('limits.unit.cores')}
          value={pending?.cpus ?? limits.cpus}
          scale={{
            min: 0.1,
            max: host.cpus,
            step: 0.1,
            toPosition: (cpus) => cpus,
            toValue: (position) => Math.round(position * 100) / 100,
          }}
          write={(cpus) => String(Math.round(cpus * 100) / 100)}
          read={(text) => numberIn(text, LEAST_CPUS, host.cpus)}
          range={t('limits.range', { least: String(LEAST_CPUS), most: String(host.cpus) })}
          removable={removable.includes('cpus')}
          onDraft={(cpus) => onDraft({ cpus })}
          onCommit={(cpus) => void apply({ cpus })}
        />
        <LimitField
          label={t('limits.memory')}
          unit="MiB"
          value={memory}
          scale={{
            min: 0,
            max: steps.length - 1,
            step: 1,
            toPosition: (bytes) => nearestStep(steps, bytes),
            toValue: (position) => steps[position] ?? host.memoryBytes,
          }}
          write={(bytes) => String(Math.round((bytes / 1024 ** 2) * 10) / 10)}
          read={(text) => within(parseMemory(text), LEAST_MEMORY_BYTES, host.memoryBytes)}
          range={t('limits.range', { least: i18n.format.bytes(LEAST_MEMORY_BYTES), most: i18n.format.bytes(host.memoryBytes) })}
          removable={removable.includes('memoryBytes')}
          onDraft={(memoryBytes) => onDraft({ memoryBytes })}
          onCommit={applyMemory}
        />
        {report.countsSwap && limits.memoryBytes !== null && (
          <LimitField
            label={t('limits.swap')}
            unit="MiB"
            value={pending?.swapBytes ?? limits.swapBytes}
            write={(bytes) => String(Math.round(bytes / 1024 ** 2))}
            read={(text) => within(parseMemory(text), 0, Number.MAX_SAFE_INTEGER)}
            range={t('limits.atLeast', { least: '0' })}
            onCommit={(swapBytes) => swapBytes !== null && void apply({ swapBytes })}
          />
        )}
        <LimitField
          label={t('limits.processes')}
          unit=""
          value={pending?.processes ?? limits.processes}
          write={String}
          read={(text) => wholeIn(text, 1, 4_194_304)}
          range={t('limits.atLeast', { least: '1' })}
          removable={removable.includes('processes')}
          onCommit={(processes) => void apply({ processes })}
        />
        <LimitField
          label={t('limits.cpuShares')}
          unit=""
          value={pending?.cpuShares ?? limits.cpuShares ?? USUAL_SHARES}
          write={String}
          read={(text) => wholeIn(text, 2, 262_144)}
          range={t('limits.range', { least: '2', most: '262144' })}
          onCommit={(cpuShares) => cpuShares !== null && void apply({ cpuShares })}
        />
        {report.weighsIo && (
          <LimitField
            label={t('limits.ioWeight')}
            unit=""
            value={pending?.ioWeight ?? limits.ioWeight ?? USUAL_IO_WEIGHT}
            write={String}
            read={(text) => wholeIn(text, 10, 1000)}
            range={t('limits.range', { least: '10', most: '1000' })}
            onCommit={(ioWeight) => ioWeight !== null && void apply({ ioWeight })}
          />
        )}
      </div>
      {risky !== null && (
        <div className={styles.warning} role="alert">
          <p>{t('limits.belowUse', { used: i18n.format.bytes(used), limit: i18n.format.bytes(risky) })}</p>
          <Button size="small" variant="primary" onClick={() => void apply({ memoryBytes: safeMemory(used, LEAST_MEMORY_BYTES) })}>
            {t('limits.useSafe', { limit: i18n.format.bytes(safeMemory(used, LEAST_MEMORY_BYTES)) })}
          </Button>
          <Button size="small" variant="danger" onClick={() => void apply({ memoryBytes: risky })}>
            {t('limits.useAnyway', { limit: i18n.format.bytes(risky) })}
          </Button>
          <Button
            size="small"
            onClick={() => {
              setRisky(null);
              onDraft(null);
            }}
          >
            {t('common.cancel')}
          </Button>
        </div>
      )}
      <div className={styles.foot}>
        <p role="status" className={styles.status}>
          {control.problem !== null ? (
            <span className={styles.problem}>{problem(control.problem)}</span>
          ) : done === null ? (
            <span className={styles.faint}>{t('limits.text')}</span>
          ) : (
            t('limits.done', { changes: i18n.format.list(describe(done.change, i18n)) })
          )}
        </p>
        {done !== null && control.problem === null && Object.keys(done.undo).length > 0 && (
          <Button size="small" icon={<Undo2 />} disabled={busy} onClick={() => void apply(done.undo)}>
            {t('limits.undo')}
          </Button>
        )}
        <Notes report={report} />
      </div>
    </section>
  );
}

/** What this engine cannot do, said where it matters. */
function Notes({ report }: { report: LimitsReport }) {
  const { t } = useI18n();
  const notes = [!report.kept && t('limits.notKept'), !report.removable.includes('memoryBytes') && t('limits.notRemovable')];
  return notes
    .filter((note) => note !== false)
    .map((note) => (
      <p key={note} className={styles.faint}>
        {note}
      </p>
    ));
}

function describe(change: LimitsChange, { t, format }: I18n): string[] {
  const bytes = (value: number | null) => (value === null ? t('limits.none') : format.bytes(value));
  const plain = (value: number | null) => (value === null ? t('limits.none') : format.integer(value));
  return [
    change.cpus === undefined ? null : `${t('limits.cpus')} ${change.cpus === null ? t('limits.none') : format.cores(change.cpus)}`,
    change.memoryBytes === undefined ? null : `${t('limits.memory')} ${bytes(change.memoryBytes)}`,
    change.swapBytes === undefined ? null : `${t('limits.swap')} ${bytes(change.swapBytes)}`,
    change.processes === undefined ? null : `${t('limits.processes')} ${plain(change.processes)}`,
    change.cpuShares === undefined ? null : `${t('limits.cpuShares')} ${plain(change.cpuShares)}`,
    change.ioWeight === undefined ? null : `${t('limits.ioWeight')} ${plain(change.ioWeight)}`,
  ].filter((part) => part !== null);
}

function within(value: number | null, least: number, most: number): number | null {
  return value !== null && value >= least && value <= most ? value : null;
}

function numberIn(text: string, least: number, most: number): number | null {
  return /^\s*\d+(?:[.,]\d+)?\s*$/.test(text) ? within(Number(text.replace(',', '.')), least, most) : null;
}

function wholeIn(text: string, least: number, most: number): number | null {
  return /^\s*\d+\s*$/.test(text) ? within(Number(text), least, most) : null;
}
