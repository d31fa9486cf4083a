import { useMemo } from 'react';
import { type ListName, type ListState, setList, useStores, useUi } from '../../stores/index.ts';

/** What a person has set on a list: what of it is shown, in which order, and what is selected. */
export interface List extends ListState {
  setFilter: (filter: string) => void;
  setSort: (sort: ListState['sort']) => void;
  select: (keys: ReadonlySet<string>) => void;
}

/** It stays while other pages are looked at. */
export function useList(name: ListName): List {
  const { ui } = useStores();
  const state = useUi(({ lists }) => lists[name]);
  const set = useMemo(
    () => ({
      setFilter: (filter: string) => setList(ui, name, { filter }),
      setSort: (sort: ListState['sort']) => setList(ui, name, { sort }),
      select: (selection: ReadonlySet<string>) => setList(ui, name, { selection }),
    }),
    [ui, name],
  );
  return { ...state, ...set };
}
