import { useState } from 'react';
import type { GuestFilesystem, GuestReport, Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { Section } from '../../ui/Section.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import styles from './GuestTab.module.css';

interface FilesystemsProps {
  machine: Machine;
  report: GuestReport;
  canTrim: boolean;
  onTrimmed: () => void;
}

export function FilesystemsSection({ machine, report, canTrim, onTrimmed }: FilesystemsProps) {
  const { t } = useI18n();
  return (
    <Section title={t('guest.filesystems')} action={canTrim ? <Trim machine={machine} onTrimmed={onTrimmed} /> : undefined}>
      <ul className={styles.filesystems}>
        {report.filesystems.map((filesystem) => (
          <Filesystem key={`${filesystem.device} ${filesystem.mountPoint}`} filesystem={filesystem} />
        ))}
      </ul>
    </Section>
  );
}

function Filesystem({ filesystem }: { filesystem: GuestFilesystem }) {
  const { t, format } = useI18n();
  const { mountPoint, device, type, usedBytes, totalBytes, disks } = filesystem;
  const part = usedBytes === null || totalBytes === null || totalBytes === 0 ? null : usedBytes / totalBytes;
  return (
    <li>
      <div className={styles.row}>
        <code>{mountPoint}</code>
        <span className={styles.faint}>{[type, device, ...(disks ?? [])].filter(Boolean).join(' · ')}</span>
        <span className={styles.end}>
          {usedBytes === null || totalBytes === null
            ? t('guest.filesystem.unknown')
            : t('guest.filesystem.used', { used: format.bytes(usedBytes), total: format.bytes(totalBytes) })}
        </span>
      </div>
      {part !== null && (
        <Progress value={part} label={t('guest.filesystem.bar', { mount: mountPoint, percent: `${Math.round(part * 100)} %` })} />
      )}
    </li>
  );
}

function Trim({ machine, onTrimmed }: { machine: Machine; onTrimmed: () => void }) {
  const { t, format } = useI18n();
  const { connection, notices } = useStores();
  const [state, setState] = useState<{ busy: boolean; trimmedBytes: number | null }>({ busy: false, trimmedBytes: null });
  const trim = async () => {
    setState({ busy: true, trimmedBytes: null });
    try {
      const done = await connection.client.guest.trim({ id: machine.id });
      setState({ busy: false, trimmedBytes: done.reduce((sum, one) => sum + (one.trimmedBytes ?? 0), 0) });
      onTrimmed();
    } catch (error) {
      setState({ busy: false, trimmedBytes: null });
      notices.tell(connection.problemOf(error), machine.name);
    }
  };
  return (
    <span className={styles.row}>
      <span role="status">{state.trimmedBytes !== null && t('guest.trimmed', { size: format.bytes(state.trimmedBytes) })}</span>
      <Tooltip content={t('guest.trimHelp')}>
        <Button size="small" disabled={state.busy} onClick={() => void trim()}>
          {t('guest.trim')}
        </Button>
      </Tooltip>
    </span>
  );
}
