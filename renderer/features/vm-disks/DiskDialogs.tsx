import { type ReactNode, useState } from 'react';
import {
  type DetachedDisk,
  type DiskAction,
  type ExportFormat,
  exportFormat,
  type MachineDisk,
  type MachineId,
} from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Checkbox } from '../../ui/Checkbox.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { DetachDialog } from './DetachDialog.tsx';
import type { DiskWish } from './use-disks.ts';
import styles from './vm-disks.module.css';

const GIB = 1024 ** 3;
const MOST_GIB = 65_536;

export interface DiskQuestion {
  action: DiskAction;
  disk: MachineDisk;
}

interface DialogProps {
  machineId: MachineId;
  disk: MachineDisk;
  isRunning: boolean;
  freeBytes: number | null;
  onWish: (wish: DiskWish) => void;
  onClose: () => void;
}

/** What an action needs and gives, said before it begins. */
export function DiskDialog({ action, ...props }: DialogProps & { action: DiskAction }) {
  const { t, format } = useI18n();
  const { disk, freeBytes } = props;
  const [own] = disk.chain;
  const free = freeBytes === null ? '–' : format.bytes(freeBytes);
  const ownSize = format.bytes(own?.allocatedBytes ?? 0);
  // Its whole content, from all files of its chain, and never more than the guest sees.
  const whole = format.bytes(
    Math.min(
      disk.sizeBytes,
      disk.chain.reduce((sum, layer) => sum + layer.allocatedBytes, 0),
    ),
  );
  const name = { disk: disk.id };
  switch (action) {
    case 'grow':
      return <GrowDialog {...props} free={free} />;
    case 'export':
      return <ExportDialog {...props} text={t('disks.exportText', { needed: whole, free })} />;
    case 'compact':
      return (
        <Confirm {...props} title={t('disks.compactTitle', name)} label={t('disks.compact')} wish={{ do: 'compact' }}>
          {props.isRunning ? t('disks.compactRunning') : t('disks.compactStopped', { needed: ownSize, free })}
        </Confirm>
      );
    case 'repair':
      return (
        <Confirm {...props} title={t('disks.repairTitle', name)} label={t('disks.repair')} wish={{ do: 'repair' }}>
          {t('disks.repairText', { needed: ownSize })}
        </Confirm>
      );
    case 'convert': {
      const to = disk.format === 'qcow2' ? 'raw' : 'qcow2';
      return (
        <Confirm {...props} title={t('disks.convertTitle', name)} label={t('disks.convert')} wish={{ do: 'convert', format: to }}>
          {t(to === 'raw' ? 'disks.convertToRaw' : 'disks.convertToQcow2', { needed: whole })}
        </Confirm>
      );
    }
    case 'flatten':
      return (
        <Confirm {...props} title={t('disks.flattenTitle', name)} label={t('disks.flatten')} wish={{ do: 'flatten' }}>
          {t('disks.flattenText', { needed: whole })}
        </Confirm>
      );
    case 'detach':
      return <DetachDialog {...props} onDetach={() => props.onWish({ do: 'detach' })} />;
    case 'check':
      return null;
  }
}

function Confirm({
  title,
  label,
  wish,
  children,
  onWish,
  onClose,
}: Pick<DialogProps, 'onWish' | 'onClose'> & { title: string; label: string; wish: DiskWish; children: ReactNode }) {
  const { t } = useI18n();
  const confirm = () => {
    onClose();
    onWish(wish);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={children}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" onClick={confirm}>
            {label}
          </Button>
        </>
      }
    />
  );
}

function GrowDialog({ disk, free, onWish, onClose }: DialogProps & { free: string }) {
  const { t, format } = useI18n();
  const [text, setText] = useState(String(Math.ceil((disk.sizeBytes * 2) / GIB)));
  const sizeBytes = Math.round(Number(text) * GIB);
  const isValid = sizeBytes > disk.sizeBytes && Number(text) <= MOST_GIB;
  const grow = () => {
    if (!isValid) return;
    onClose();
    onWish({ do: 'grow', sizeBytes });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('disks.growTitle', { disk: disk.id })}
      description={t('disks.growText', { free })}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" disabled={!isValid} onClick={grow}>
            {t('disks.grow')}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          grow();
        }}
      >
        <FormField label={t('disks.size')} help={t('disks.sizeInvalid', { size: format.bytes(disk.sizeBytes) })}>
          <TextField label={t('disks.size')} inputMode="decimal" autoFocus value={text} onChange={(event) => setText(event.target.value)} />
        </FormField>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

const CAN_COMPRESS: readonly ExportFormat[] = ['qcow2', 'vmdk'];

function ExportDialog({ disk, text, onWish, onClose }: DialogProps & { text: string }) {
  const { t } = useI18n();
  const [as, setAs] = useState<ExportFormat>('qcow2');
  const [compressed, setCompressed] = useState(true);
  const canCompress = CAN_COMPRESS.includes(as);
  const save = () => {
    onClose();
    onWish({ do: 'export', format: as, compressed: compressed && canCompress });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('disks.exportTitle', { disk: disk.id })}
      description={text}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" onClick={save}>
            {t('disks.export')}
          </Button>
        </>
      }
    >
      <FormField label={t('disks.format')}>
        <Select
          label={t('disks.format')}
          value={as}
          options={exportFormat.options.map((value) => ({ value, label: t(`disks.format.${value}`) }))}
          onValueChange={setAs}
        />
      </FormField>
      {canCompress && (
        // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox in it is one
        <label className={styles.choice}>
          <Checkbox checked={compressed} onCheckedChange={setCompressed} label={t('disks.compressed')} />
          <span aria-hidden="true">{t('disks.compressed')}</span>
        </label>
      )}
    </Dialog>
  );
}

export function DeleteFileDialog({ disk, onDelete, onClose }: { disk: DetachedDisk; onDelete: () => void; onClose: () => void }) {
  const { t, format } = useI18n();
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('disks.deleteTitle', { file: disk.file })}
      description={t('disks.deleteText', { allocated: format.bytes(disk.allocatedBytes) })}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            variant="danger"
            onClick={() => {
              onClose();
              onDelete();
            }}
          >
            {t('disks.delete')}
          </Button>
        </>
      }
    />
  );
}
