import type { GuestHull } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { Facts } from '../../../ui/Facts.tsx';
import { PartSection } from './PartSection.tsx';

/** What a guest has in the place of namespaces, layers and mounts. */
export function GuestSection({ guest }: { guest: GuestHull }) {
  const { t, format } = useI18n();
  const { accelerator } = guest;
  return (
    <PartSection title={t('isolation.guest')} text={t('isolation.guest.text')} part={{ value: guest }} wide>
      {() => (
        <Facts
          rows={[
            { label: t('isolation.guest.guestKernel'), value: guest.guestKernel ?? t('common.notKnown') },
            { label: t('isolation.guest.hostKernel'), value: guest.hostKernel },
            {
              label: t('isolation.guest.accelerator'),
              value:
                accelerator === 'tcg' || accelerator === 'kvm'
                  ? t(`isolation.accelerator.${accelerator}`)
                  : (accelerator ?? t('common.notKnown')),
            },
            { label: t('isolation.guest.machine'), value: [guest.machineType, guest.cpuModel].filter(Boolean).join(', ') },
            {
              label: t('isolation.guest.sandbox'),
              value: guest.sandbox === null ? t('isolation.guest.noSandbox') : <code>{guest.sandbox}</code>,
            },
            { label: t('isolation.guest.user'), value: guest.user ?? t('common.notKnown') },
            {
              label: t('isolation.guest.vcpus'),
              value: format.list(guest.vcpus.map(({ index, threadId }) => t('isolation.guest.vcpu', { index, thread: threadId }))),
            },
            {
              label: t('isolation.guest.memory'),
              value: format.list(
                guest.memory.map(({ sizeBytes, backing, shared }) =>
                  t(shared ? 'isolation.guest.memoryShared' : 'isolation.guest.memoryPrivate', { size: format.bytes(sizeBytes), backing }),
                ),
              ),
            },
            { label: t('isolation.guest.resident'), value: format.bytes(guest.residentBytes) },
            { label: t('isolation.guest.devices'), value: guest.devices.join(', ') },
          ]}
        />
      )}
    </PartSection>
  );
}
