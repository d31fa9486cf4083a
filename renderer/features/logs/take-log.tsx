import { Copy, Download } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { LogRange, MachineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { plainText } from './ansi.ts';
import type { LogSource } from './LogRow.tsx';
import type { LogBuffer, LogEntry } from './log-buffer.ts';
import type { LogRows } from './log-rows.ts';

/** Lines put together before the page may do something else. */
const SLICE_LINES = 20_000;

interface CopyLogProps {
  buffer: LogBuffer;
  rows: LogRows;
  sources: readonly LogSource[];
  times: boolean;
}

/** Copies what is selected, or else every line that is shown. */
export function CopyLog({ buffer, rows, sources, times }: CopyLogProps) {
  const { t } = useI18n();
  const [copied, setCopied] = useState<number | null>(null);
  useEffect(() => {
    if (copied === null) return;
    const timer = setTimeout(() => setCopied(null), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    const selected = document.getSelection()?.toString() ?? '';
    if (selected !== '') {
      await navigator.clipboard.writeText(selected);
      return setCopied(selected.split('\n').length);
    }
    const parts: string[] = [];
    for (let row = rows.first; row < rows.end; row++) {
      const entry = buffer.get(rows.lineAt(row));
      if (entry !== undefined) parts.push(textOf(entry, sources[entry.source], times));
      if (row % SLICE_LINES === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    await navigator.clipboard.writeText(parts.join('\n'));
    setCopied(parts.length);
  };
  return (
    // The selection goes when the button takes the focus.
    <IconButton
      label={copied === null ? t('logs.copy') : t('logs.copied', { count: copied })}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => void copy()}
    >
      <Copy />
    </IconButton>
  );
}

function textOf({ timeMs, text }: LogEntry, source: LogSource | undefined, times: boolean): string {
  const time = times && timeMs !== null ? `${new Date(timeMs).toISOString()} ` : '';
  return `${time}${source === undefined ? '' : `${source.name} `}${plainText(text)}`;
}

/** Saves every line of the range that the engine keeps, not only those on the page. */
export function SaveLog({ ids, range, subject }: { ids: readonly MachineId[]; range: LogRange; subject: string }) {
  const { t } = useI18n();
  const { connection, notices } = useStores();
  const [saving, setSaving] = useState(false);
  const save = async () => {
    setSaving(true);
    try {
      await connection.saveFile((transferId) => connection.client.logs.save({ ids: [...ids], ...range, transferId }));
    } catch (error) {
      const problem = connection.problemOf(error);
      if (problem.reason !== 'cancelled') notices.tell(problem, subject);
    }
    setSaving(false);
  };
  return (
    <IconButton label={t(saving ? 'logs.saving' : 'logs.save')} disabled={saving} onClick={() => void save()}>
      <Download />
    </IconButton>
  );
}
