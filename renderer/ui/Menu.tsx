import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import popup from './popup.module.css';

export type MenuItem =
  | { type: 'separator'; key: string }
  | {
      type: 'item';
      key: string;
      label: string;
      hint?: string;
      icon?: ReactNode;
      tone?: 'default' | 'danger';
      disabled?: boolean;
      onSelect: () => void;
    };

/** A button that opens a list of actions. `trigger` is one button element. */
export function Menu({ trigger, items, align = 'end' }: { trigger: ReactElement; items: MenuItem[]; align?: 'start' | 'end' }) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={popup.positioner} sideOffset={4} align={align}>
          <Base.Popup className={popup.popup}>
            {items.map((item) =>
              item.type === 'separator' ? (
                <Base.Separator key={item.key} className={popup.separator} />
              ) : (
                <Base.Item
                  key={item.key}
                  className={classNames(popup.item, item.tone === 'danger' && popup.danger)}
                  disabled={item.disabled ?? false}
                  onClick={item.onSelect}
                >
                  {item.icon}
                  <span className={popup.label}>{item.label}</span>
                  {item.hint !== undefined && <span className={popup.hint}>{item.hint}</span>}
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
