import { useLocation } from 'wouter';
import { useI18n } from '../../i18n/index.ts';
import { Segments } from '../../ui/Segments.tsx';
import { GUEST_IMAGES_URL } from './guest-images-url.ts';

/** Between the images of containers and those of virtual machines. */
export function ImagesSwitch({ value }: { value: 'containers' | 'vms' }) {
  const { t } = useI18n();
  const [, navigate] = useLocation();
  return (
    <Segments
      label={t('guestImages.switch')}
      value={value}
      options={[
        { value: 'containers', label: t('kind.containers') },
        { value: 'vms', label: t('kind.vms') },
      ]}
      onValueChange={(next) => navigate(next === 'vms' ? GUEST_IMAGES_URL : '/images')}
    />
  );
}
