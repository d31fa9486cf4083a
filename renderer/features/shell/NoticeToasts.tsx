import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { createToastManager, Toasts } from '../../ui/Toast.tsx';
import { placeOf } from './notice-place.ts';

/** Failures that have no place of their own, in the person's language. */
export function NoticeToasts() {
  const i18n = useI18n();
  const { notices, inventory } = useStores();
  const [manager] = useState(createToastManager);
  const [path] = useLocation();
  const now = useRef({ i18n, path });
  useEffect(() => {
    now.current = { i18n, path };
  }, [i18n, path]);
  useEffect(
    () =>
      notices.subscribe((notice) => {
        const { problem, subject, others } = notice;
        const { t, problem: say } = now.current.i18n;
        const sentence = say(problem);
        const title =
          others > 0
            ? t('act.failedMany', { count: others + 1, problem: sentence })
            : subject === null || sentence.includes(subject)
              ? sentence
              : t('act.failed', { name: subject, problem: sentence });
        // The same sentence again is one toast, not a pile.
        const place = placeOf(notice, inventory.getState());
        const action = place !== null && place.href !== now.current.path && (
          <Link href={place.href} onClick={() => manager.close(title)}>
            {t(place.label)}
          </Link>
        );
        manager.add({ id: title, title, type: 'failed', priority: 'high', data: { detail: problem.detail, action } });
      }),
    [notices, inventory, manager],
  );
  const { t } = i18n;
  const labels = {
    region: t('toast.region'),
    close: t('common.close'),
    detail: t('common.details'),
    copy: t('common.copy'),
    copied: t('common.copied'),
  };
  return <Toasts manager={manager} labels={labels} />;
}
