import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  Engine,
  EngineId,
  Host,
  HostId,
  Image,
  ImageId,
  InventoryEvent,
  Machine,
  MachineId,
  Network,
  NetworkId,
  Pod,
  PodId,
  Volume,
  VolumeId,
} from '../../backend/contract/index.ts';

/** The live picture. An entry is a new object only when it has changed, and so is a map. */
export interface Inventory {
  /** False until the first snapshot. */
  ready: boolean;
  hosts: ReadonlyMap<HostId, Host>;
  engines: ReadonlyMap<EngineId, Engine>;
  machines: ReadonlyMap<MachineId, Machine>;
  images: ReadonlyMap<ImageId, Image>;
  volumes: ReadonlyMap<VolumeId, Volume>;
  networks: ReadonlyMap<NetworkId, Network>;
  pods: ReadonlyMap<PodId, Pod>;
}

export type InventoryStore = StoreApi<Inventory>;

export const EMPTY_INVENTORY: Inventory = {
  ready: false,
  hosts: new Map(),
  engines: new Map(),
  machines: new Map(),
  images: new Map(),
  volumes: new Map(),
  networks: new Map(),
  pods: new Map(),
};

export function createInventoryStore(): InventoryStore {
  return createStore(() => EMPTY_INVENTORY);
}

/** The picture after an event. A snapshot keeps the objects that are the same as before, so that a reconnect redraws nothing. */
export function applyInventoryEvent(before: Inventory, event: InventoryEvent): Inventory {
  if (event.type === 'snapshot') {
    return {
      ready: true,
      hosts: replaceAll(before.hosts, event.hosts),
      engines: replaceAll(before.engines, event.engines),
      machines: replaceAll(before.machines, event.machines),
      images: replaceAll(before.images, event.images),
      volumes: replaceAll(before.volumes, event.volumes),
      networks: replaceAll(before.networks, event.networks),
      pods: replaceAll(before.pods, event.pods),
    };
  }
  return {
    ready: before.ready,
    hosts: change(before.hosts, event.hosts, event.removed.hosts),
    engines: change(before.engines, event.engines, event.removed.engines),
    machines: change(before.machines, event.machines, event.removed.machines),
    images: change(before.images, event.images, event.removed.images),
    volumes: change(before.volumes, event.volumes, event.removed.volumes),
    networks: change(before.networks, event.networks, event.removed.networks),
    pods: change(before.pods, event.pods, event.removed.pods),
  };
}

function replaceAll<Id, Entry extends { id: Id }>(before: ReadonlyMap<Id, Entry>, entries: Entry[]): ReadonlyMap<Id, Entry> {
  let same = before.size === entries.length;
  const after = new Map<Id, Entry>();
  for (const entry of entries) {
    const old = before.get(entry.id);
    const kept = old !== undefined && isSame(old, entry) ? old : entry;
    if (kept !== old) same = false;
    after.set(entry.id, kept);
  }
  return same ? before : after;
}

function change<Id, Entry extends { id: Id }>(before: ReadonlyMap<Id, Entry>, changed: Entry[], removed: Id[]): ReadonlyMap<Id, Entry> {
  if (changed.length === 0 && removed.length === 0) return before;
  const after = new Map(before);
  for (const entry of changed) after.set(entry.id, entry);
  for (const id of removed) after.delete(id);
  return after;
}

/** Entries are plain JSON of a few fields, and a snapshot is rare. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
