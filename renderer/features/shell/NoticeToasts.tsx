import { useEffect, useRef, useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { createToastManager, Toasts } from '../../ui/Toast.tsx';

/** Failures that have no place of their own, in the person's language. */
export function NoticeToasts() {
  const i18n = useI18n();
  const { notices } = useStores();
  const [manager] = useState(createToastManager);
  const words = useRef(i18n);
  useEffect(() => {
    words.current = i18n;
  }, [i18n]);
  useEffect(
    () =>
      notices.subscribe(({ problem, subject, others }) => {
        const { t, problem: say } = words.current;
        const sentence = say(problem);
        const title =
          others > 0
            ? t('act.failedMany', { count: others + 1, problem: sentence })
            : subject === null || sentence.includes(subject)
              ? sentence
              : t('act.failed', { name: subject, problem: sentence });
        // The same sentence again is one toast, not a pile.
        manager.add({ id: title, title, type: 'failed', priority: 'high', data: { detail: problem.detail } });
      }),
    [notices, manager],
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
