import { CircleHelp } from 'lucide-react';
import type { ReactNode } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { Popover } from '../../ui/Popover.tsx';
import type { LogStatus } from './follow-log.ts';
import styles from './LogPanel.module.css';
import { LOG_LINES } from './log-buffer.ts';

export interface LogFootProps {
  status: LogStatus;
  count: number;
  /** Lines that the filters let through; null without a filter. */
  shownCount: number | null;
  /** Lines that had to go. */
  letGo: number;
  merged: boolean;
  children: ReactNode;
}

/** How much is there, what is not, and in which order. */
export function LogFoot({ status, count, shownCount, letGo, merged, children }: LogFootProps) {
  const { t, format } = useI18n();
  return (
    <div className={styles.foot}>
      <span>
        {status === 'reading' && count === 0
          ? t('logs.loading')
          : shownCount === null
            ? t('logs.count', { count })
            : t('logs.countShown', { shown: format.integer(shownCount), total: format.integer(count) })}
      </span>
      {letGo > 0 && <span title={t('logs.boundedHelp', { count: LOG_LINES })}>{t('logs.letGo', { count: letGo })}</span>}
      {merged && (
        <Popover
          title={t('logs.order')}
          side="top"
          trigger={
            <IconButton label={t('logs.order')} size="small">
              <CircleHelp />
            </IconButton>
          }
        >
          <p>{t('logs.orderPast')}</p>
          <p>{t('logs.orderLive')}</p>
        </Popover>
      )}
      {children}
    </div>
  );
}
