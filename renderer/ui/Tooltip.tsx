import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement, ReactNode } from 'react';
import { Kbd } from './Kbd.tsx';
import popup from './popup.module.css';

/** Wrap the page in it once: the second tooltip in a row then opens without a delay. */
export const TooltipProvider = Base.Provider;

/** Words on hover and focus. `children` is one element that takes a ref; its accessible name has to be its own. */
export function Tooltip({
  content,
  shortcut,
  disabled = false,
  children,
}: {
  content: ReactNode;
  shortcut?: string | undefined;
  /** There is nothing to say now. */
  disabled?: boolean;
  children: ReactElement;
}) {
  return (
    <Base.Root disabled={disabled}>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner className={popup.positioner} sideOffset={6}>
          <Base.Popup className={popup.tooltip}>
            {content}
            {shortcut !== undefined && <Kbd>{shortcut}</Kbd>}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
