import { ArrowRight } from 'lucide-react';
import type { DiskAction, DiskLayer, MachineDisk, Problem } from '../../../backend/contract/index.ts';
import { diskAction } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Progress } from '../../ui/Progress.tsx';
import type { DiskCommands } from './use-disks.ts';
import styles from './vm-disks.module.css';

/** One disk. `check` is done at once; the other actions ask first. */
export function DiskCard({ disk, commands, onAsk }: { disk: MachineDisk; commands: DiskCommands; onAsk: (action: DiskAction) => void }) {
  const { t, problem, format } = useI18n();
  const [own] = disk.chain;
  const busy = commands.working === null ? null : t('disks.busy');
  const refusalOf = (action: DiskAction) => {
    const refusal = disk.refusals[action];
    return refusal === undefined ? busy : problem(refusal);
  };
  const { outcome } = commands;
  return (
    <article className={styles.card} aria-label={disk.id}>
      <div className={styles.head}>
        <span className={styles.name}>{disk.id}</span>
        <Badge>{disk.format}</Badge>
        <Badge>{disk.bus}</Badge>
        {disk.isRoot && <Badge>{t('disks.root')}</Badge>}
        {!disk.writable && <Badge>{t('disks.readOnly')}</Badge>}
        {own !== undefined && (
          <span className={styles.muted}>
            {t('disks.sizes', { allocated: format.bytes(own.allocatedBytes), virtual: format.bytes(own.virtualBytes) })}
          </span>
        )}
      </div>
      {own !== undefined && <Progress value={own.allocatedBytes / own.virtualBytes} label={t('disks.bar', { disk: disk.id })} />}
      {disk.problem !== null && (
        <p role="alert" className={styles.problem}>
          {problem(disk.problem)}
        </p>
      )}
      {disk.chain.length > 0 && <Chain disk={disk} />}
      <div className={styles.actions}>
        {diskAction.options.map((action) => (
          <Button
            key={action}
            size="small"
            refusal={refusalOf(action)}
            onClick={() => (action === 'check' ? void commands.perform(disk.id, { do: 'check' }) : onAsk(action))}
          >
            {t(`disks.${action}`)}
          </Button>
        ))}
      </div>
      <Refusals refusals={disk.refusals} />
      {disk.unrepaired !== null && (
        <div className={styles.kept}>
          {t('disks.unrepaired', { allocated: format.bytes(disk.unrepaired.allocatedBytes) })}
          <Button size="small" refusal={busy} onClick={() => void commands.perform(disk.id, { do: 'settleRepair', keep: 'repaired' })}>
            {t('disks.keepRepaired')}
          </Button>
          <Button size="small" refusal={busy} onClick={() => void commands.perform(disk.id, { do: 'settleRepair', keep: 'unrepaired' })}>
            {t('disks.keepUnrepaired')}
          </Button>
        </div>
      )}
      {commands.working === disk.id && <p className={styles.muted}>{t('disks.working')}</p>}
      {outcome?.diskId === disk.id && outcome.text !== '' && <p role="status">{outcome.text}</p>}
    </article>
  );
}

/** From the base to the file that is written to. */
function Chain({ disk }: { disk: MachineDisk }) {
  const { t, format } = useI18n();
  const layers = disk.chain.toReversed();
  const roleOf = (index: number) => (index === layers.length - 1 ? 'disks.own' : index === 0 ? 'disks.base' : 'disks.overlay');
  return (
    <ol className={styles.chain} aria-label={t('disks.chain', { disk: disk.id })}>
      {layers.map((layer, index) => (
        <li key={layer.path}>
          {index > 0 && <ArrowRight aria-hidden="true" />}
          <div className={styles.layer} title={layer.path}>
            <span className={styles.muted}>{t(roleOf(index))}</span>
            <span className={styles.file}>{nameOf(layer)}</span>
            <span className={styles.muted}>
              {format.bytes(layer.allocatedBytes)}
              {layer.sharedWith.length > 0 && ` · ${t('disks.sharedWith', { machines: format.list(layer.sharedWith) })}`}
            </span>
          </div>
        </li>
      ))}
    </ol>
  );
}

function nameOf({ path }: DiskLayer): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Why some actions are not possible now, each reason once. */
function Refusals({ refusals }: { refusals: Partial<Record<DiskAction, Problem>> }) {
  const { t, problem, format } = useI18n();
  const reasons = new Map<string, DiskAction[]>();
  for (const action of diskAction.options) {
    const refusal = refusals[action];
    if (refusal !== undefined) reasons.set(problem(refusal), [...(reasons.get(problem(refusal)) ?? []), action]);
  }
  if (reasons.size === 0) return null;
  return (
    <ul className={styles.refusals}>
      {[...reasons].map(([reason, actions]) => (
        <li key={reason}>{t('disks.notNow', { actions: format.list(actions.map((action) => t(`disks.${action}`))), reason })}</li>
      ))}
    </ul>
  );
}
