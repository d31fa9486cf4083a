import type { MachineEvent, MachineEventKind, MachineId } from '../../contract/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { DriverEvent } from '../driver.ts';
import type { EventsFacet } from '../events.ts';
import { readText } from './process.ts';
import { record } from './qmp.ts';
import type { Vm } from './vm.ts';

/** Its making, and the last run as far as its book tells (run-events.ts). @param of.changes tells that a machine may have new events */
export function createEvents(of: {
  host: Host;
  vm: (id: MachineId) => Vm;
  changes: (signal: AbortSignal) => AsyncIterable<DriverEvent>;
}): EventsFacet {
  return {
    async *watch(id, signal) {
      const changes = of.changes(signal);
      const told = new Set<string>();
      const read = async (): Promise<MachineEvent[]> => {
        const { files, definition } = of.vm(id);
        const made: MachineEvent = { timeMs: definition.createdAtMs, kind: 'created', exitCode: null, detail: null };
        const events = [made, ...readEvents(await readText(of.host, files.events, signal))];
        const isNew = (event: MachineEvent) => told.size < told.add(`${event.timeMs} ${event.kind}`).size;
        return events.filter(isNew);
      };
      yield await read();
      for await (const event of changes) {
        if (event.type === 'machineRemoved' && event.id === id) return;
        if (event.type !== 'machine' || event.machine.id !== id) continue;
        const events = await read();
        if (events.length > 0) yield events;
      }
    },
  };
}

const KINDS: Record<string, MachineEventKind | undefined> = {
  launched: 'started',
  started: 'ready',
  exited: 'ended',
  failed: 'failed',
};

/** Lines of `events.jsonl`, oldest first. */
export function readEvents(text: string): MachineEvent[] {
  return text.split('\n').flatMap((line) => {
    try {
      const event = record(JSON.parse(line));
      const kind = KINDS[String(event.event)];
      if (kind === undefined || typeof event.timeMs !== 'number') return [];
      const exitCode = typeof event.exitCode === 'number' ? event.exitCode : null;
      return [{ timeMs: event.timeMs, kind, exitCode, detail: kind === 'failed' ? String(event.message) : null }];
    } catch {
      // Empty, or cut off: QEMU was killed while it wrote.
      return [];
    }
  });
}
