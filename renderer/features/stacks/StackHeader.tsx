import { Boxes, CloudDownload, PlayCircle, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { ComposeTool, StackDefinition, StackRun } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { logsUrl } from '../logs/logs-url.ts';
import header from '../machine/MachineHeader.module.css';
import { ACTION_ICONS } from '../machines/actions.tsx';
import { DownDialog } from './DownDialog.tsx';
import type { StackEntry } from './list-stacks.ts';
import styles from './stack.module.css';
import { EngineName, StackState } from './stack-columns.tsx';
import { stackUrl } from './stack-url.ts';
import type { Loaded } from './use-stack.ts';

export interface StackHeaderProps {
  entry: StackEntry;
  run: StackRun | null;
  /** Undefined until it is known. */
  tool: ComposeTool | null | undefined;
  definition: Loaded<StackDefinition>;
}

/** What the stack is and what can be done with it; the same on every tab. */
export function StackHeader({ entry, run, tool, definition }: StackHeaderProps) {
  const { t } = useI18n();
  const problems = definition.status === 'ready' ? definition.value.problems.length : 0;
  return (
    <header className={header.header}>
      <title>{`${entry.name} · Catamaran`}</title>
      <div className={header.line}>
        <Boxes size={18} />
        <h1 className={header.name}>{entry.name}</h1>
        <StackState entry={entry} />
        <Actions entry={entry} busy={run?.state === 'running'} canCompose={tool != null && entry.files.length > 0} />
      </div>
      {tool === null && <p className={styles.hint}>{t('stack.toolMissing')}</p>}
      {tool !== null && entry.files.length === 0 && <p className={styles.hint}>{t('stack.filesUnknown')}</p>}
      <dl className={header.facts}>
        <div className={header.fact}>
          <dt>{t('stack.engine')}</dt>
          <dd>
            <EngineName entry={entry} />
          </dd>
        </div>
        <div className={header.fact}>
          <dt>{t('stack.tool')}</dt>
          <dd>{tool === undefined ? '–' : tool === null ? t('stack.toolNone') : `${tool.command} ${tool.version}`}</dd>
        </div>
        {entry.files.length > 0 && (
          <div className={header.fact}>
            <dt>{t('stack.files')}</dt>
            <dd title={entry.files.join('\n')}>{entry.files.join(', ')}</dd>
          </div>
        )}
        {entry.stack.machines.length > 0 && <Link href={logsUrl(entry.stack.machines.map(({ id }) => id))}>{t('stack.logs')}</Link>}
        {problems > 0 && (
          <Link className={styles.problems} href={stackUrl(entry, 'file')}>
            {t('stack.problems', { count: problems })}
          </Link>
        )}
      </dl>
      {run?.state === 'running' && <Running entry={entry} run={run} />}
    </header>
  );
}

function Running({ entry, run }: { entry: StackEntry; run: StackRun }) {
  const { t } = useI18n();
  const { commands } = useStores();
  return (
    <div className={styles.running}>
      <Progress value={null} label={run.commandLine} />
      <Link href={stackUrl(entry, 'output')} className={styles.lastLine}>
        {run.lines.at(-1) ?? run.commandLine}
      </Link>
      <IconButton label={t('tasks.cancel', { task: entry.name })} size="small" onClick={() => void commands.cancelTask(run.taskId)}>
        <X />
      </IconButton>
    </div>
  );
}

function Actions({ entry, busy, canCompose }: { entry: StackEntry; busy: boolean; canCompose: boolean }) {
  const { t } = useI18n();
  const { stackCommands } = useStores();
  const [asking, setAsking] = useState<'down' | 'forget' | null>(null);
  const { machines } = entry.stack;
  return (
    <div className={header.actions} role="toolbar" aria-label={t('stack.actions')}>
      <Button
        size="small"
        variant="primary"
        icon={<PlayCircle />}
        disabled={busy || !canCompose}
        onClick={() => void stackCommands.run(entry, { do: 'up' })}
      >
        {t('stack.up')}
      </Button>
      {(['start', 'stop', 'restart'] as const).map((action) => {
        const able = machines.some(({ actions }) => actions.includes(action));
        return (
          able && (
            <Button
              key={action}
              size="small"
              icon={ACTION_ICONS[action]}
              disabled={busy}
              onClick={() => void stackCommands.run(entry, { do: action })}
            >
              {t(`action.${action}`)}
            </Button>
          )
        );
      })}
      <Button
        size="small"
        icon={<CloudDownload />}
        disabled={busy || entry.files.length === 0}
        onClick={() => void stackCommands.run(entry, { do: 'pull' })}
      >
        {t('stack.pull')}
      </Button>
      <Button size="small" icon={<Trash2 />} disabled={busy} onClick={() => setAsking('down')}>
        {t('stack.down')}
      </Button>
      {entry.project !== null && (
        <Button size="small" disabled={busy || (entry.project.own && machines.length > 0)} onClick={() => setAsking('forget')}>
          {t('stack.forget')}
        </Button>
      )}
      {asking === 'down' && <DownDialog entry={entry} onClose={() => setAsking(null)} />}
      {asking === 'forget' && <ForgetDialog entry={entry} onClose={() => setAsking(null)} />}
    </div>
  );
}

function ForgetDialog({ entry, onClose }: { entry: StackEntry; onClose: () => void }) {
  const { t } = useI18n();
  const { stackCommands } = useStores();
  const [, navigate] = useLocation();
  const forget = async () => {
    onClose();
    if ((await stackCommands.forget(entry)) && entry.stack.machines.length === 0) navigate('/stacks');
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('stack.forgetTitle', { name: entry.name })}
      description={t(entry.project?.own ? 'stack.forgetOwnText' : 'stack.forgetText')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant={entry.project?.own ? 'danger' : 'primary'} onClick={() => void forget()}>
            {t('stack.forget')}
          </Button>
        </>
      }
    />
  );
}
