import { type FormEvent, type ReactNode, useState } from 'react';
import {
  changed,
  differing,
  faultsOf,
  type Machine,
  type VmAbilities,
  type VmField,
  type VmHardwareReport,
} from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { FieldText } from '../fields/Field.tsx';
import { type FieldWords, FieldWordsProvider } from '../fields/field-words.ts';
import fields from '../fields/fields.module.css';
import { BoardFields } from '../vm-fields/BoardFields.tsx';
import { DriveFields } from '../vm-fields/DriveFields.tsx';
import { FolderRows } from '../vm-fields/FolderRows.tsx';
import { DRAFT_FIELD, type HardwareDraft, hardwareDraftOf, readHardware } from '../vm-fields/hardware-draft.ts';
import { HardwareFormProvider } from '../vm-fields/hardware-form.ts';
import { issueWords } from '../vm-fields/issue-words.ts';
import { NetworkFields } from '../vm-fields/NetworkFields.tsx';
import { ProcessorFields } from '../vm-fields/ProcessorFields.tsx';
import styles from './HardwareTab.module.css';
import { refusalOf } from './refusal.ts';
import type { HardwareControl } from './use-hardware.ts';

/** Fields that write a part of what another does. */
const PARTS: Record<string, VmField> = {
  sockets: 'topology',
  cores: 'topology',
  bridge: 'network',
  tap: 'network',
  cdromPath: 'cdrom',
  ...Object.fromEntries(Object.entries(DRAFT_FIELD).map(([part, field]) => [field, part as VmField])),
};

export interface MakeFormProps {
  machine: Machine;
  report: VmHardwareReport;
  /** Null for a workload, and until they are known. */
  abilities: VmAbilities | null;
  control: HardwareControl;
}

/** Everything of which a change counts at once or from the next start on; each field says which. */
export function MakeForm({ machine, report, abilities, control }: MakeFormProps) {
  const { t, format } = useI18n();
  const { defined, running } = report;
  const [shown, setShown] = useState(defined);
  const [draft, setDraft] = useState(() => hardwareDraftOf(defined));
  // The form stays, and the focus in it, when the machine has become another.
  if (differing(shown, defined).length > 0) {
    setShown(defined);
    setDraft(hardwareDraftOf(defined));
  }
  const change = (patch: Partial<HardwareDraft>) => setDraft((before) => ({ ...before, ...patch }));
  const hostCpus = abilities?.hostCpus ?? Number.POSITIVE_INFINITY;
  const { make, issues } = readHardware(draft, { hostCpus });
  const next = changed(defined, make);
  const different = differing(next, defined);
  const now = (field: VmField) => isNow(field, report, next);
  // What was wrong before keeps nobody from changing the rest.
  const known = new Set<string>(faultsOf(defined, { hostCpus }).map(({ fault }) => `vmMake.fault.${fault}`));
  const wrong = issues.some(({ message }) => !known.has(message));
  const refusal = refusalOf(t, { busy: control.busy, wrong, same: different.length === 0 });
  const words: FieldWords = {
    issue: issueWords(t, issues),
    note(field) {
      const part = PARTS[field];
      if (running === null || part === undefined || part === 'architecture') return null;
      return t(now(part) ? 'vmMake.now' : 'vmMake.atNextStart');
    },
  };
  const system = defined.hardware === null || abilities === null ? null : { draft, change, abilities };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void control.apply((client) => client.hardware.change({ id: machine.id, change: { ...next, hardware: next.hardware ?? undefined } }));
  };
  return (
    <form className={styles.section} aria-label={t('vmMake.hardware')} onSubmit={submit}>
      <FieldWordsProvider value={words}>
        <Group label={t('vmMake.group.size')}>
          <div className={fields.grid}>
            <FieldText
              label={t('newVm.cpus')}
              field="cpus"
              help={running !== null && now('cpus') && !report.switchesCpusOn ? t('vmMake.bySystem') : undefined}
              inputMode="numeric"
              value={draft.cpus}
              onText={(cpus) => change({ cpus })}
            />
            <FieldText
              label={t('newVm.memory')}
              field="memory"
              inputMode="numeric"
              value={draft.memory}
              onText={(memory) => change({ memory })}
            />
          </div>
          {system !== null && (
            <HardwareFormProvider value={system}>
              <ProcessorFields />
            </HardwareFormProvider>
          )}
        </Group>
        {system !== null && (
          <HardwareFormProvider value={system}>
            <Group label={t('newVm.machine')}>
              <BoardFields onArchitecture={null} />
            </Group>
            <Group label={t('vmMake.group.storage')}>
              <DriveFields />
              <FolderRows />
            </Group>
            <Group label={t('newVm.network')}>
              <NetworkFields />
            </Group>
          </HardwareFormProvider>
        )}
      </FieldWordsProvider>
      <div className={styles.foot}>
        <Button type="submit" variant="primary" refusal={refusal}>
          {t('vmMake.apply')}
        </Button>
        {control.problem?.reason === 'discLocked' && (
          <Button
            refusal={refusalOf(t, control)}
            onClick={() => void control.apply((client) => client.hardware.forceEject({ id: machine.id }))}
          >
            {t('vmMake.forceEject')}
          </Button>
        )}
        {running !== null && different.length > 0 && (
          <span role="status">
            {t(different.every(now) ? 'vmMake.allNow' : 'vmMake.someLater', {
              fields: format.list(different.filter((field) => !now(field)).map((field) => t(`vmMake.${field}`))),
            })}
          </span>
        )}
      </div>
    </form>
  );
}

/** Whether the running machine takes this change at once: processors only come, and a drive stays. */
function isNow(field: VmField, { now, running, addableCpus }: VmHardwareReport, { cpus, hardware }: VmHardwareReport['defined']): boolean {
  if (!now.includes(field)) return false;
  if (field === 'cpus') return cpus >= (running?.cpus ?? 0) && cpus <= (addableCpus ?? 0);
  return field !== 'cdrom' || hardware?.cdrom !== null;
}

function Group({ label, children }: { label: string; children: ReactNode }) {
  return (
    <fieldset className={styles.group}>
      <legend>{label}</legend>
      {children}
    </fieldset>
  );
}
