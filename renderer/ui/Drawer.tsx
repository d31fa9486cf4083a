import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import styles from './Drawer.module.css';
import { IconButton } from './IconButton.tsx';
import { useReturnFocus } from './use-return-focus.ts';

export interface DrawerProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  closeLabel: string;
  children: ReactNode;
  footer?: ReactNode;
  size?: 'normal' | 'wide';
}

/** Comes from the right; the list behind it stays in sight and in use. */
export function Drawer({ open, onOpenChange, title, closeLabel, children, footer, size = 'normal' }: DrawerProps) {
  const popup = useRef<HTMLDivElement>(null);
  const returnFocus = useReturnFocus(open);
  return (
    <Base.Root open={open} onOpenChange={onOpenChange} modal={false} disablePointerDismissal>
      <Base.Portal>
        <Base.Popup ref={popup} className={styles.popup} data-size={size} initialFocus={popup} finalFocus={returnFocus}>
          <header className={styles.header}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            <Base.Close
              render={
                <IconButton label={closeLabel}>
                  <X />
                </IconButton>
              }
            />
          </header>
          <div className={styles.body}>{children}</div>
          {footer !== undefined && <footer className={styles.footer}>{footer}</footer>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
