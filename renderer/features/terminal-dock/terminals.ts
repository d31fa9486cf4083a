import { createStore, type StoreApi } from 'zustand/vanilla';
import type { MachineId, MachineKind, TerminalId, TerminalKind, TerminalSession } from '../../../backend/contract/index.ts';
import type { BackendConnection } from '../../backend/index.ts';
import type { Stores } from '../../stores/index.ts';
import { type DockState, exchange, keepOnly, readDock, undock } from './dock-state.ts';
import type { LiveTerminal } from './live-terminal.ts';

export interface TerminalsState {
  /** Every session that the backend keeps; null until it has told them. */
  sessions: ReadonlyMap<TerminalId, TerminalSession> | null;
  dock: DockState;
}

const DOCK_KEY = 'catamaran.dock';
/** What a new session is opened with; it takes the size of its place as soon as it is shown. */
const FIRST_SIZE = { cols: 100, rows: 30 };

/**
 * The page's terminals: which sessions there are, which are docked, and the ones that are on screen now. A session is on
 * screen in one place: docked ones in the dock, the others on their machine's page.
 */
export class Terminals {
  readonly store: StoreApi<TerminalsState>;
  readonly #stores: Stores;
  readonly #live = new Map<TerminalId, LiveTerminal>();
  readonly #endings: (() => void)[];

  /** @param storage keeps the dock over a reload of this tab */
  constructor(stores: Stores, storage: Storage | null) {
    this.#stores = stores;
    this.store = createStore<TerminalsState>(() => ({ sessions: null, dock: readDock(storage?.getItem(DOCK_KEY) ?? null) }));
    const { connection } = stores;
    let known: unknown = null;
    const onConnection = () => {
      // A new object at every connection: the backend may be another one, with other sessions.
      if (connection.state.status !== 'connected' || connection.state === known) return;
      known = connection.state;
      void this.#refresh(connection);
    };
    onConnection();
    this.#endings = [
      connection.subscribe(onConnection),
      this.store.subscribe((state, before) => {
        if (state.dock !== before.dock) storage?.setItem(DOCK_KEY, JSON.stringify(state.dock));
      }),
      stores.settings.subscribe(({ settings }) => {
        if (settings !== null) for (const live of this.#live.values()) live.setPreferences(settings);
      }),
    ];
  }

  /** A new shell, or the machine's console or attach terminal, which all viewers share. Null when it was refused and told. */
  async open(machineId: MachineId, kind: TerminalKind): Promise<TerminalSession | null> {
    const { connection, notices, inventory } = this.#stores;
    try {
      const session = await connection.client.terminals.open({ machineId, kind, size: FIRST_SIZE });
      this.#setSession(session);
      return session;
    } catch (error) {
      notices.tell(connection.problemOf(error), inventory.getState().machines.get(machineId)?.name ?? null);
      return null;
    }
  }

  /** Ends a session for everyone, and lets go of it here. */
  async close(id: TerminalId): Promise<void> {
    const { connection, notices } = this.#stores;
    this.#forget(id);
    try {
      await connection.client.terminals.close({ id });
    } catch (error) {
      const problem = connection.problemOf(error);
      if (problem.code !== 'notFound') notices.tell(problem);
    }
  }

  /** A new session of the same kind, in the place of one that has ended. */
  async replace(ended: TerminalSession): Promise<TerminalSession | null> {
    const session = await this.open(ended.machineId, ended.kind);
    if (session === null || session.id === ended.id) return session;
    this.setDock((dock) => exchange(dock, ended.id, session.id));
    await this.close(ended.id);
    return session;
  }

  setDock(change: (dock: DockState) => DockState): void {
    this.store.setState(({ dock }) => ({ dock: change(dock) }));
  }

  machineKindOf = (id: TerminalId): MachineKind | null => {
    const session = this.store.getState().sessions?.get(id);
    return session === undefined ? null : (this.#stores.inventory.getState().machines.get(session.machineId)?.kind ?? null);
  };

  /** The terminal that shows a session; made the first time it is asked for. */
  live(id: TerminalId, create: () => LiveTerminal): LiveTerminal {
    const known = this.#live.get(id);
    if (known !== undefined) return known;
    const live = create();
    this.#live.set(id, live);
    live.subscribe(() => this.#onView(live));
    return live;
  }

  /** Types the size of what is on screen into the machine. */
  typeSize(id: TerminalId): void {
    this.#live.get(id)?.typeSize();
  }

  /** Called when a place has let go of a terminal: unless it moved to another place, or stays docked, it is put away. */
  released(id: TerminalId): void {
    setTimeout(() => {
      const live = this.#live.get(id);
      if (live === undefined || live.isShown || this.store.getState().dock.docked.includes(id)) return;
      this.#live.delete(id);
      live.dispose();
    });
  }

  dispose(): void {
    for (const end of this.#endings) end();
    for (const live of this.#live.values()) live.dispose();
    this.#live.clear();
  }

  async #refresh(connection: BackendConnection): Promise<void> {
    try {
      const sessions = await connection.client.terminals.list();
      this.store.setState({ sessions: new Map(sessions.map((session) => [session.id, session])) });
      this.setDock((dock) => keepOnly(dock, new Set(sessions.map((session) => session.id))));
    } catch {
      // The connection was lost again; the next one asks again.
    }
  }

  #onView({ id, view }: LiveTerminal): void {
    const session = this.store.getState().sessions?.get(id);
    if (session !== undefined && view.status === 'ended' && !session.ended) {
      this.#setSession({ ...session, ended: true, exitCode: view.exitCode });
    }
  }

  #setSession(session: TerminalSession): void {
    this.store.setState(({ sessions }) => ({ sessions: new Map(sessions).set(session.id, session) }));
  }

  #forget(id: TerminalId): void {
    this.setDock((dock) => undock(dock, id));
    this.store.setState(({ sessions }) => {
      const left = new Map(sessions);
      left.delete(id);
      return { sessions: left };
    });
    this.#live.get(id)?.dispose();
    this.#live.delete(id);
  }
}
