import { Tabs as Base } from '@base-ui/react/tabs';
import { type ReactNode, useEffect, useRef } from 'react';
import styles from './Tabs.module.css';

export interface Tab<Value extends string> {
  value: Value;
  label: string;
  icon?: ReactNode;
}

export interface TabsProps<Value extends string> {
  label: string;
  value: Value;
  tabs: readonly Tab<Value>[];
  onValueChange: (value: Value) => void;
  /** Stands at the end of the tabs' line. */
  aside?: ReactNode;
  /** The panel of the chosen tab. */
  children: ReactNode;
}

export function Tabs<Value extends string>({ label, value, tabs, onValueChange, aside, children }: TabsProps<Value>) {
  const list = useRef<HTMLDivElement>(null);
  // Where there are more tabs than fit, the chosen one is never out of sight.
  useEffect(() => {
    list.current?.querySelector(`[data-tab="${value}"]`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [value]);
  return (
    <Base.Root className={styles.root} value={value} onValueChange={(next) => onValueChange(next as Value)}>
      <div className={styles.bar}>
        <Base.List ref={list} className={styles.list} aria-label={label} activateOnFocus>
          {tabs.map((tab) => (
            <Base.Tab key={tab.value} value={tab.value} data-tab={tab.value} className={styles.tab}>
              {tab.icon}
              {tab.label}
            </Base.Tab>
          ))}
          <Base.Indicator className={styles.indicator} />
        </Base.List>
        {aside}
      </div>
      <Base.Panel key={value} value={value} className={styles.panel} tabIndex={-1}>
        {children}
      </Base.Panel>
    </Base.Root>
  );
}
