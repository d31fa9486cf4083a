import { Compass } from 'lucide-react';
import { Link } from 'wouter';
import { useI18n } from '../../i18n/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';

export function NotFound() {
  const { t } = useI18n();
  return (
    <EmptyState icon={<Compass size={32} />} title={t('connection.notFound')} action={<Link href="/">{t('connection.toOverview')}</Link>} />
  );
}
