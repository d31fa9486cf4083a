import { Hammer, Layers, RotateCw, Unplug, X } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Build, TaskId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores, useTasks } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Kbd } from '../../ui/Kbd.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { useNow } from '../machines/use-now.ts';
import { NotFound } from '../shell/NotFound.tsx';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import styles from './BuildPage.module.css';
import { parseBuildUrl } from './build-url.ts';
import { useBuildCommands } from './rebuild.ts';
import { StageGraph } from './StageGraph.tsx';
import { StepPanel } from './StepPanel.tsx';
import { useFollowed } from './use-followed.ts';

/** `/builds/<task>`: one build, while it runs and afterwards. */
export function BuildPage() {
  const [path] = useLocation();
  const id = parseBuildUrl(path);
  return id === null ? <NotFound /> : <FollowedBuild key={id} id={id} />;
}

function FollowedBuild({ id }: { id: TaskId }) {
  const i18n = useI18n();
  const { t } = i18n;
  const { value: build, problem } = useFollowed<Build>(id, (client, signal) => client.builds.watch({ id }, { signal }));
  if (build !== null) return <ShownBuild build={build} />;
  if (problem === null) return <PageSkeleton />;
  return (
    <EmptyState icon={<Unplug />} title={t('builds.gone')} action={<Link href="/images">{t('builds.toImages')}</Link>}>
      {i18n.problem(problem)}
    </EmptyState>
  );
}

function ShownBuild({ build }: { build: Build }) {
  const i18n = useI18n();
  const { t } = i18n;
  const { commands } = useStores();
  const { again } = useBuildCommands();
  const [chosen, setChosen] = useState<string | null>(null);
  const ended = build.endedAtMs !== null;
  const rebuild = useCallback(() => void again(build), [again, build]);
  useRebuildKey(ended, rebuild);
  const step = build.steps.find(({ id }) => id === (chosen ?? stepToShow(build)));
  const name = build.options.tags[0] ?? build.source.name;
  return (
    <div className={styles.page} data-build-state={build.state}>
      <PageHeader title={t('builds.title', { name })} icon={<Hammer />} note={<BuildNote build={build} />}>
        {build.imageId !== null && (
          <Link href="/images" className={styles.link}>
            <Layers size={14} />
            {t('builds.toImages')}
          </Link>
        )}
        {ended ? (
          <Button variant="primary" icon={<RotateCw />} onClick={rebuild}>
            {t('builds.again')}
            <Kbd>R</Kbd>
          </Button>
        ) : (
          <Button icon={<X />} onClick={() => void commands.cancelTask(build.id)}>
            {t('common.cancel')}
          </Button>
        )}
      </PageHeader>
      {/* What a step failed with is told at the step. */}
      {build.problem !== null && (build.failedStep === null || build.problem.reason !== 'buildFailed') && (
        <p role="alert" className={styles.problem}>
          {i18n.problem(build.problem)}
        </p>
      )}
      {build.state === 'preparing' && <Preparing build={build} />}
      {build.steps.length > 0 && <StageGraph build={build} selected={step?.id ?? null} onSelect={setChosen} />}
      {build.steps.length === 0 && ended && <EmptyState icon={<Hammer size={28} />} title={t('builds.noSteps')} />}
      {step !== undefined && <StepPanel build={build} step={step} />}
    </div>
  );
}

/** What failed; else what runs; else the last that has something to say. */
function stepToShow({ steps, failedStep, endedAtMs }: Build): string | null {
  if (failedStep !== null) return failedStep;
  const written = steps.filter(({ line }) => line !== null);
  const running = written.filter(({ state }) => state === 'running');
  const shown =
    endedAtMs === null
      ? (running.findLast(({ hasLog }) => hasLog) ?? running[0] ?? written.findLast(({ state }) => state === 'done'))
      : (written.findLast(({ hasLog }) => hasLog) ?? written.at(-1));
  return shown?.id ?? null;
}

function useRebuildKey(enabled: boolean, rebuild: () => void): void {
  useEffect(() => {
    if (!enabled) return;
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : document.body;
      const elsewhere =
        target.closest('input, textarea, select, [contenteditable="true"], .xterm, [role="dialog"], [role="menu"]') !== null;
      if (elsewhere || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() !== 'r') return;
      event.preventDefault();
      rebuild();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [enabled, rebuild]);
}

function BuildNote({ build }: { build: Build }) {
  const { t, format } = useI18n();
  const written = build.steps.filter(({ line }) => line !== null);
  const cached = written.filter(({ state }) => state === 'cached').length;
  return (
    <span role="status">
      {[
        t(`builds.state.${build.state}`),
        build.endedAtMs === null ? null : format.timing(build.endedAtMs - build.startedAtMs),
        build.endedAtMs !== null && cached > 0 ? t('builds.cachedOf', { count: cached, total: format.integer(written.length) }) : null,
        build.sentBytes > 0 ? t('builds.sent', { size: format.bytes(build.sentBytes) }) : null,
      ]
        .filter((words) => words !== null)
        .join(' · ')}
      {build.endedAtMs === null && <Since startedAtMs={build.startedAtMs} />}
    </span>
  );
}

function Since({ startedAtMs }: { startedAtMs: number }) {
  const { format } = useI18n();
  const now = useNow(100);
  return (
    // Counts up by itself: nobody wants to hear every tenth of a second.
    <span aria-hidden="true"> · {format.timing(Math.max(0, now - startedAtMs))}</span>
  );
}

function Preparing({ build }: { build: Build }) {
  const { t, format } = useI18n();
  const task = useTasks().find(({ id }) => id === build.id);
  const label =
    build.source.type === 'upload' ? t('builds.sending', { name: build.source.name }) : t('builds.reading', { name: build.source.name });
  return (
    <div className={styles.preparing}>
      <span>
        {label}
        {task?.doneBytes != null && ` ${t('tasks.bytes', { done: format.bytes(task.doneBytes), total: format.bytes(task.totalBytes) })}`}
      </span>
      <Progress value={task?.progress ?? null} label={label} />
    </div>
  );
}
