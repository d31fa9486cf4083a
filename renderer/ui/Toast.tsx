import { Toast as Base } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { CopyButton } from './CopyButton.tsx';
import { IconButton } from './IconButton.tsx';
import styles from './Toast.module.css';

/** More of a message than its sentence. */
export interface ToastData {
  /** Foreign text, shown on demand. */
  detail: string | null;
  /** What can be done about it: a link or a button, which closes the toast itself. */
  action: ReactNode;
}
export type ToastManager = ReturnType<typeof Base.createToastManager<ToastData>>;
export const createToastManager: () => ToastManager = Base.createToastManager<ToastData>;

export interface ToastLabels {
  region: string;
  close: string;
  detail: string;
  copy: string;
  copied: string;
}

/** Messages that have no place of their own, at the lower right. They stay while they are pointed at or focused. */
export function Toasts({ manager, labels }: { manager: ToastManager; labels: ToastLabels }) {
  return (
    <Base.Provider toastManager={manager} timeout={8000} limit={4}>
      <Base.Portal>
        <Base.Viewport className={styles.viewport} aria-label={labels.region}>
          <ToastList labels={labels} />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function ToastList({ labels }: { labels: ToastLabels }) {
  const { toasts } = Base.useToastManager<ToastData>();
  return toasts.map((toast) => {
    const detail = toast.data?.detail ?? null;
    const sentence = typeof toast.title === 'string' ? toast.title : '';
    return (
      <Base.Root key={toast.id} toast={toast} className={styles.toast} data-tone={toast.type ?? 'info'}>
        <div className={styles.words}>
          <Base.Title className={styles.title} render={<p />} />
          {toast.data?.action && <p className={styles.action}>{toast.data.action}</p>}
          {detail !== null && (
            <details className={styles.detail}>
              <summary>{labels.detail}</summary>
              <pre>{detail}</pre>
            </details>
          )}
        </div>
        <CopyButton text={detail === null ? sentence : `${sentence}\n${detail}`} label={labels.copy} doneLabel={labels.copied} />
        <Base.Close
          render={
            <IconButton label={labels.close} size="small">
              <X />
            </IconButton>
          }
        />
      </Base.Root>
    );
  });
}
