import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { useStores } from '../../stores/index.ts';
import { Terminals, type TerminalsState } from './terminals.ts';

const TerminalsContext = createContext<Terminals | null>(null);

/** Stands above the pages and the dock, so that terminals live on while one moves around. */
export function TerminalsProvider({ children }: { children: ReactNode }) {
  const stores = useStores();
  const [terminals, setTerminals] = useState<Terminals | null>(null);
  useEffect(() => {
    const opened = new Terminals(stores, tabStorage());
    setTerminals(opened);
    return () => opened.dispose();
  }, [stores]);
  return terminals === null ? null : <TerminalsContext value={terminals}>{children}</TerminalsContext>;
}

export function useTerminals(): Terminals {
  const terminals = useContext(TerminalsContext);
  if (terminals === null) throw new Error('TerminalsProvider is missing above this component');
  return terminals;
}

export function useTerminalsState<T>(select: (state: TerminalsState) => T): T {
  return useStore(useTerminals().store, useShallow(select));
}

/** Null where the browser forbids it. Of this tab alone: two tabs need not show the same dock. */
function tabStorage(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
