import type { HostProcess, MachineKind, Readable } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { PlainTable } from '../../../ui/PlainTable.tsx';
import styles from './IsolationTab.module.css';
import { PartSection } from './PartSection.tsx';

/** What a process of the chain is there for; null for those in between that are nothing special. */
function roleOf(process: HostProcess, index: number, kind: MachineKind): 'qemu' | 'self' | 'first' | 'shim' | null {
  if (index === 0) return kind === 'vm' ? 'qemu' : 'self';
  if (process.pid === 1) return 'first';
  return /^(conmon|containerd-shim)/.test(process.name) ? 'shim' : null;
}

export function ChainSection({ kind, chain }: { kind: MachineKind; chain: Readable<HostProcess[]> }) {
  const { t } = useI18n();
  return (
    <PartSection title={t('isolation.chain')} text={t(`isolation.chain.${kind}`)} part={chain} wide>
      {(processes) => (
        // The host's first process above, the machine's below, as in a tree.
        <ProcessTable
          label={t('isolation.chain')}
          processes={processes.toReversed()}
          noteOf={(process) => {
            const role = roleOf(process, processes.indexOf(process), kind);
            return role === null ? null : t(`isolation.role.${role}`);
          }}
          nested
          withInner={kind === 'container'}
        />
      )}
    </PartSection>
  );
}

export function ProcessesSection({ processes }: { processes: Readable<{ shown: HostProcess[]; more: number }> }) {
  const { t } = useI18n();
  return (
    <PartSection title={t('isolation.processes')} text={t('isolation.processes.text')} part={processes} wide>
      {({ shown, more }) => (
        <>
          <ProcessTable label={t('isolation.processes')} processes={shown} noteOf={() => null} withInner />
          {more > 0 && <p className={styles.faint}>{t('isolation.processes.more', { count: more })}</p>}
        </>
      )}
    </PartSection>
  );
}

interface ProcessTableProps {
  label: string;
  processes: readonly HostProcess[];
  noteOf: (process: HostProcess) => string | null;
  /** Each is the child of the one above it. */
  nested?: boolean;
  withInner: boolean;
}

function ProcessTable({ label, processes, noteOf, nested = false, withInner }: ProcessTableProps) {
  const { t } = useI18n();
  return (
    <PlainTable label={label}>
      <thead>
        <tr>
          <th>{t('isolation.column.process')}</th>
          <th>{t('isolation.column.hostPid')}</th>
          {withInner && <th>{t('isolation.column.innerPid')}</th>}
          <th>{t('isolation.column.command')}</th>
        </tr>
      </thead>
      <tbody>
        {processes.map((process, depth) => {
          const note = noteOf(process);
          return (
            <tr key={process.pid}>
              <th scope="row">
                <span style={nested ? { paddingLeft: `${depth * 16}px` } : undefined}>
                  {nested && depth > 0 && <span aria-hidden="true">└ </span>}
                  <code>{process.name}</code>
                  {note !== null && <span className={styles.faint}> {note}</span>}
                </span>
              </th>
              <td>
                <code>{process.pid}</code>
              </td>
              {withInner && (
                <td>
                  <code>{process.innerPid !== null && process.innerPid !== process.pid ? process.innerPid : ''}</code>
                </td>
              )}
              <td className={styles.command} title={process.command}>
                <code>{process.command}</code>
              </td>
            </tr>
          );
        })}
      </tbody>
    </PlainTable>
  );
}
