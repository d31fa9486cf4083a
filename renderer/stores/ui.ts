import { createStore, type StoreApi } from 'zustand/vanilla';
import type { EngineId, GuestImageId, MachineId } from '../../backend/contract/index.ts';

/** Lists that keep their filter and their selection while other pages are looked at. */
export type ListName = 'container' | 'vm' | 'images' | 'guestImages' | 'volumes' | 'stacks' | 'networks';

export interface ListState {
  filter: string;
  selection: ReadonlySet<string>;
  sort: { column: string; direction: 'ascending' | 'descending' };
}

/** What the form for a container is filled from: nothing, an image, or a container to copy or to put another in the place of. */
export type CreateTarget =
  | { from: 'image'; image: string; engineId: EngineId | null }
  | { from: 'machine'; id: MachineId; name: string; as: 'copy' | 'same' };

/** What the form for a virtual machine begins with: an image of the library, or nothing. */
export interface NewVmTarget {
  imageId: GuestImageId | null;
}

export interface Ui {
  railCollapsed: boolean;
  paletteOpen: boolean;
  keysOpen: boolean;
  tasksOpen: boolean;
  /** Null while the form is closed. */
  create: CreateTarget | null;
  /** Null while the form is closed. */
  newVm: NewVmTarget | null;
  lists: Record<ListName, ListState>;
}

export type UiStore = StoreApi<Ui>;

const RAIL_KEY = 'catamaran.rail';
const emptyList = (): ListState => ({ filter: '', selection: new Set(), sort: { column: 'name', direction: 'ascending' } });

/** What only this page is concerned with. `storage` remembers the rail; absent where the browser forbids it. */
export function createUiStore(storage: Storage | null): UiStore {
  const store = createStore<Ui>(() => ({
    railCollapsed: storage?.getItem(RAIL_KEY) === 'collapsed',
    paletteOpen: false,
    keysOpen: false,
    tasksOpen: false,
    lists: {
      container: emptyList(),
      vm: emptyList(),
      images: emptyList(),
      guestImages: emptyList(),
      volumes: emptyList(),
      stacks: emptyList(),
      networks: emptyList(),
    },
    create: null,
    newVm: null,
  }));
  store.subscribe((state, before) => {
    if (state.railCollapsed !== before.railCollapsed) storage?.setItem(RAIL_KEY, state.railCollapsed ? 'collapsed' : 'open');
  });
  return store;
}

export function setList(store: UiStore, name: ListName, patch: Partial<ListState>): void {
  store.setState(({ lists }) => ({ lists: { ...lists, [name]: { ...lists[name], ...patch } } }));
}
