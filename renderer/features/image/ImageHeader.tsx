import { ChevronDown, Download, Layers, Tag, Trash2 } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { Image, MachineKind } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { KindIcon } from '../../ui/KindIcon.tsx';
import { sizesOf } from '../images/layer-sizes.ts';
import { imageTitle, shortId, usersByImage } from '../images/list-images.ts';
import { RemoveImagesDialog } from '../images/RemoveImagesDialog.tsx';
import { TagDialog } from '../images/TagDialog.tsx';
import styles from '../machine/MachineHeader.module.css';
import { machineUrl } from '../machine/machine-url.ts';
import { useAvailability } from '../shell/engine-health.ts';
import { RunVmDialog } from '../vm-start/RunVmDialog.tsx';

/** What the image is and what can be done with it; the same on every tab. */
export function ImageHeader({ image }: { image: Image }) {
  const { t } = useI18n();
  const title = imageTitle(image, t('images.dangling'));
  return (
    <header className={styles.header}>
      <title>{`${title} · Catamaran`}</title>
      <div className={styles.line}>
        <Badge>
          <Layers />
          {t('image.badge')}
        </Badge>
        <h1 className={styles.name} title={title}>
          {title}
        </h1>
        <Actions image={image} />
      </div>
      <Facts image={image} />
    </header>
  );
}

function Actions({ image }: { image: Image }) {
  const { t } = useI18n();
  const { commands } = useStores();
  const machines = useInventory((inventory) => inventory.machines);
  const users = useMemo(() => usersByImage([...machines.values()]), [machines]);
  const containers = useAvailability('container').available;
  const vms = useAvailability('vm').available;
  const [open, setOpen] = useState<'runVm' | 'tag' | 'remove' | null>(null);
  const run = (...as: MachineKind[]) => void commands.run(image.id, as);
  return (
    <div className={styles.actions} role="toolbar" aria-label={t('machine.actions')}>
      <Button size="small" variant="primary" disabled={!containers || !vms} onClick={() => run('container', 'vm')}>
        {t('run.both')}
      </Button>
      <Button size="small" icon={<KindIcon kind="container" />} disabled={!containers} onClick={() => run('container')}>
        {t('run.asContainer')}
      </Button>
      <Button size="small" icon={<KindIcon kind="vm" />} disabled={!vms} onClick={() => run('vm')}>
        {t('run.asVm')}
      </Button>
      <IconButton size="small" label={t('vmStart.choose')} disabled={!vms} onClick={() => setOpen('runVm')}>
        <ChevronDown />
      </IconButton>
      <Button size="small" icon={<Tag />} onClick={() => setOpen('tag')}>
        {t('image.tag')}
      </Button>
      <Button size="small" icon={<Download />} onClick={() => void commands.saveImages([image.id])}>
        {t('image.save')}
      </Button>
      <Button size="small" icon={<Trash2 />} onClick={() => setOpen('remove')}>
        {t('action.remove')}
      </Button>
      {open === 'runVm' && <RunVmDialog image={image} onClose={() => setOpen(null)} />}
      {open === 'tag' && <TagDialog image={image} onClose={() => setOpen(null)} />}
      {open === 'remove' && <RemoveImagesDialog images={[image]} users={users} onClose={() => setOpen(null)} />}
    </div>
  );
}

function Facts({ image }: { image: Image }) {
  const { t, format } = useI18n();
  const engine = useInventory(({ engines }) => engines.get(image.engineId)?.name ?? image.engineId);
  const images = useInventory((inventory) => inventory.images);
  const users = useInventory(({ machines }) => [...machines.values()].filter((machine) => machine.image?.id === image.id));
  const sizes = useMemo(() => sizesOf([...images.values()]).get(image.id), [images, image.id]);
  return (
    <dl className={styles.facts}>
      <Fact label={t('column.id')}>
        <code>{shortId(image)}</code>
      </Fact>
      <Fact label={t('column.size')}>
        {format.bytes(image.sizeBytes)}{' '}
        <span className={styles.note}>
          {t('image.sizeParts', { unique: format.bytes(sizes?.uniqueBytes), shared: format.bytes(sizes?.sharedBytes) })}
        </span>
      </Fact>
      <Fact label={t('column.created')}>{format.dateTime(image.createdAtMs)}</Fact>
      <Fact label={t('machine.engine')}>{engine}</Fact>
      <Fact label={t('column.usedBy')}>
        {users.length === 0
          ? t('images.unused')
          : users.map((machine, index) => (
              <span key={machine.id}>
                {index > 0 && ', '}
                <Link href={machineUrl(machine.id)}>{machine.name}</Link>
              </span>
            ))}
      </Fact>
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
