import { type FormEvent, type ReactNode, useState } from 'react';
import {
  changed,
  differing,
  faultsOf,
  LEAST_VM_MEMORY_BYTES,
  type Machine,
  splitId,
  type VmChange,
  type VmField,
  type VmHardware,
  type VmHardwareReport,
} from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Select } from '../../ui/Select.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './HardwareTab.module.css';
import type { HardwareControl } from './use-hardware.ts';

const MIB = 1024 * 1024;

/** Everything of which a change counts at once or from the next start on; each field says which. */
export function MakeForm({ machine, report, control }: { machine: Machine; report: VmHardwareReport; control: HardwareControl }) {
  const { t, format } = useI18n();
  const hostCpus = useInventory(({ engines, hosts }) => {
    const engine = engines.get(splitId(machine.id).engineId);
    return engine === undefined ? 1 : (hosts.get(engine.hostId)?.cpus ?? 1);
  });
  const { defined, running } = report;
  const { hardware } = defined;
  const [cpus, setCpus] = useState(String(defined.cpus));
  const [memory, setMemory] = useState(String(Math.round(defined.memoryBytes / MIB)));
  const [edited, setEdited] = useState<Partial<VmHardware>>({});
  const [maximum, setMaximum] = useState(hardware?.maximumCpus?.toString() ?? '');
  const [disc, setDisc] = useState(hardware?.cdrom?.path ?? '');
  const areNumbers = /^\d+$/.test(cpus) && /^\d+$/.test(memory) && /^\d*$/.test(maximum);
  const change: VmChange = {
    cpus: Number(cpus),
    memoryBytes: Number(memory) * MIB,
    hardware: {
      ...edited,
      maximumCpus: maximum === '' ? null : Number(maximum),
      ...(hardware?.cdrom ? { cdrom: { path: disc === '' ? null : disc } } : {}),
    },
  };
  const next = changed(defined, change);
  const faults = faultsOf(next, { hostCpus });
  const different = differing(next, defined);
  const isPossible = areNumbers && next.cpus >= 1 && next.memoryBytes >= LEAST_VM_MEMORY_BYTES && faults.length === 0;
  const now = (field: VmField) =>
    report.now.includes(field) && (field !== 'cpus' || (next.cpus >= (running?.cpus ?? 0) && next.cpus <= (report.addableCpus ?? 0)));
  const line = (field: VmField, control: ReactNode) => {
    const fault = faults.find((one) => one.field === field);
    const timing = running === null ? undefined : t(now(field) ? 'vmMake.now' : 'vmMake.atNextStart');
    return (
      <FormField key={field} label={t(`vmMake.${field}`)} help={fault === undefined ? timing : t(`vmMake.fault.${fault.fault}`)}>
        {control}
      </FormField>
    );
  };
  const set = (part: Partial<VmHardware>) => setEdited({ ...edited, ...part });
  const shown = hardware === null ? null : { ...hardware, ...edited };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void control.apply((client) => client.hardware.change({ id: machine.id, change }));
  };
  return (
    <form className={styles.section} aria-label={t('vmMake.hardware')} onSubmit={submit}>
      <div className={styles.grid}>
        {line(
          'cpus',
          <TextField label={t('vmMake.cpus')} inputMode="numeric" value={cpus} onChange={(event) => setCpus(event.target.value)} />,
        )}
        {line(
          'memoryBytes',
          <TextField
            label={t('vmMake.memoryBytes')}
            inputMode="numeric"
            aside="MiB"
            value={memory}
            onChange={(event) => setMemory(event.target.value)}
          />,
        )}
        {shown !== null && (
          <>
            {line(
              'maximumCpus',
              <TextField
                label={t('vmMake.maximumCpus')}
                inputMode="numeric"
                value={maximum}
                placeholder={cpus}
                onChange={(event) => setMaximum(event.target.value)}
              />,
            )}
            {line('linkUp', <Switch label={t('vmMake.linkUp')} checked={shown.linkUp} onCheckedChange={(linkUp) => set({ linkUp })} />)}
            {line(
              'firmware',
              <Select<VmHardware['firmware']>
                label={t('vmMake.firmware')}
                value={shown.firmware}
                options={[
                  { value: 'bios', label: 'BIOS' },
                  { value: 'uefi', label: 'UEFI' },
                ]}
                onValueChange={(firmware) => set({ firmware })}
              />,
            )}
            {line('tpm', <Switch label={t('vmMake.tpm')} checked={shown.tpm} onCheckedChange={(tpm) => set({ tpm })} />)}
            {line(
              'display',
              <Select<VmHardware['display']>
                label={t('vmMake.display')}
                value={shown.display}
                options={(['virtio', 'std', 'none'] as const).map((value) => ({ value, label: t(`newVm.display.${value}`) }))}
                onValueChange={(display) => set({ display })}
              />,
            )}
            {line(
              'bootFrom',
              <Select<VmHardware['bootFrom']>
                label={t('vmMake.bootFrom')}
                value={shown.bootFrom}
                options={(['disk', 'cdrom', 'network'] as const).map((value) => ({ value, label: t(`vmMake.bootFrom.${value}`) }))}
                onValueChange={(bootFrom) => set({ bootFrom })}
              />,
            )}
            {shown.cdrom !== null &&
              line(
                'cdrom',
                <TextField
                  label={t('vmMake.cdrom')}
                  value={disc}
                  placeholder={t('vmMake.noDisc')}
                  onChange={(event) => setDisc(event.target.value)}
                />,
              )}
          </>
        )}
      </div>
      <div className={styles.foot}>
        <Button type="submit" variant="primary" disabled={control.busy || !isPossible || different.length === 0}>
          {t('vmMake.apply')}
        </Button>
        {control.problem?.reason === 'discLocked' && (
          <Button disabled={control.busy} onClick={() => void control.apply((client) => client.hardware.forceEject({ id: machine.id }))}>
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
