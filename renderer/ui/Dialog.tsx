import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import styles from './Dialog.module.css';
import { useReturnFocus } from './use-return-focus.ts';

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** The title is there for screen readers only. */
  titleHidden?: boolean;
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons, the main one last. */
  footer?: ReactNode;
  size?: 'small' | 'large';
}

/** A question that has to be answered first; everything else belongs in the page or in a drawer. */
export function Dialog({ open, onOpenChange, title, titleHidden = false, description, children, footer, size = 'small' }: DialogProps) {
  const returnFocus = useReturnFocus(open);
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={styles.popup} data-size={size} finalFocus={returnFocus}>
          <Base.Title className={titleHidden ? 'visually-hidden' : styles.title}>{title}</Base.Title>
          {description !== undefined && <Base.Description className={styles.description}>{description}</Base.Description>}
          {children}
          {footer !== undefined && <div className={styles.footer}>{footer}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
