import { Popover as Base } from '@base-ui/react/popover';
import type { ReactElement, ReactNode } from 'react';
import styles from './Popover.module.css';
import popup from './popup.module.css';

export interface PopoverProps {
  /** One button element with an accessible name of its own. */
  trigger: ReactElement;
  title: string;
  children: ReactNode;
  side?: 'top' | 'right' | 'bottom' | 'left';
}

/** An explanation, one click away: more than a tooltip holds, and it stays until it is left. */
export function Popover({ trigger, title, children, side = 'bottom' }: PopoverProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={popup.positioner} side={side} sideOffset={6} align="start" collisionPadding={8}>
          <Base.Popup className={styles.popup}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
