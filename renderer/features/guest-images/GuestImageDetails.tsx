import type { ReactNode } from 'react';
import type { GuestImage } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { GuestImageState } from './GuestImageState.tsx';
import styles from './guest-images.module.css';
import type { GuestImageRow } from './list-guest-images.ts';

/** All that is known of one image. */
export function GuestImageDetails({ row, onClose }: { row: GuestImageRow; onClose: () => void }) {
  const { t, format } = useI18n();
  const { ui } = useStores();
  const { image } = row;
  const makeMachine = () => {
    onClose();
    ui.setState({ newVm: { imageId: image.id } });
  };
  const yesNo = (value: boolean | null) => (value === null ? null : t(value ? 'guestImages.yes' : 'guestImages.no'));
  const facts: [label: string, value: ReactNode][] = [
    [t('guestImages.column.state'), <GuestImageState key="state" {...row} />],
    [t('guestImages.os'), image.osName],
    [t('guestImages.column.architecture'), image.architecture],
    [t('guestImages.defaultUser'), image.defaultUser],
    [t('guestImages.firmware'), image.firmware === null ? null : t(`guestImages.firmware.${image.firmware}`)],
    ['cloud-init', yesNo(image.cloudInit)],
    [t('guestImages.agent'), yesNo(image.guestAgent)],
    [t('guestImages.least'), leastOf(image, format.bytes, t)],
    [t('guestImages.column.size'), format.bytes(image.sizeBytes)],
    [t('guestImages.column.virtual'), format.bytes(image.virtualBytes)],
    [t('guestImages.origin'), <code key="origin">{originOf(image)}</code>],
    [image.checksum?.algorithm.toUpperCase() ?? t('guestImages.checksum'), <Sum key="sum" image={image} />],
    [t('guestImages.file'), image.path === null ? null : <Path key="path" path={image.path} />],
    [t('guestImages.added'), format.dateTime(image.addedAtMs)],
    [t('column.usedBy'), image.usedBy.length === 0 ? t('guestImages.unused') : format.list(image.usedBy)],
  ];
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      title={image.name}
      closeLabel={t('common.close')}
      footer={
        image.state === 'ready' ? (
          <Button variant="primary" onClick={makeMachine}>
            {t('newVm.open')}
          </Button>
        ) : undefined
      }
    >
      <dl className={styles.details}>
        {facts.map(([label, value]) => (
          <div key={label} className={styles.fact}>
            <dt>{label}</dt>
            <dd>{value ?? <span className={styles.muted}>{t('guestImages.unknown')}</span>}</dd>
          </div>
        ))}
      </dl>
    </Drawer>
  );
}

function Sum({ image }: { image: GuestImage }) {
  const { t } = useI18n();
  if (image.checksum === null) return <span className={styles.muted}>{t('guestImages.notVerified')}</span>;
  return <code>{image.checksum.value}</code>;
}

function Path({ path }: { path: string }) {
  const { t } = useI18n();
  return (
    <>
      <code>{path}</code>
      <CopyButton text={path} label={t('guestImages.copyPath')} doneLabel={t('common.copied')} />
    </>
  );
}

function originOf({ origin }: GuestImage): string {
  if (origin.type === 'file') return origin.path;
  return origin.type === 'upload' ? origin.fileName : origin.url;
}

function leastOf(
  { minimumDiskBytes, minimumMemoryBytes }: GuestImage,
  bytes: (value: number) => string,
  t: ReturnType<typeof useI18n>['t'],
): string | null {
  if (minimumDiskBytes === null || minimumMemoryBytes === null) return null;
  return t('guestImages.needs', { memory: bytes(minimumMemoryBytes), disk: bytes(minimumDiskBytes) });
}
