import { type Engine, engineId } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { EngineCandidate, EngineFinder } from '../driver.ts';
import { QemuDriver, type QemuDriverOptions } from './driver.ts';
import { findQemu } from './platform.ts';

/** Paths are the host's, but `guestInit`, which belongs to the app. `runDir` holds sockets and must be short. */
export type QemuFinderOptions = Omit<QemuDriverOptions, 'host' | 'engine' | 'binary' | 'version'>;

/** Finding is repeated every few seconds, and asking a QEMU for its version costs tens of milliseconds of CPU. */
const KNOWN_MS = 60_000;

export function createQemuFinder(options: QemuFinderOptions): EngineFinder {
  const known = new Map<Host, { qemu: Awaited<ReturnType<typeof findQemu>>; untilMs: number }>();

  /** One that is missing is looked for every time: that costs nothing. */
  async function findKnown(host: Host, signal: AbortSignal): ReturnType<typeof findQemu> {
    const before = known.get(host);
    if (before !== undefined && options.clock.monotonic() < before.untilMs) return before.qemu;
    const qemu = await findQemu(host, signal);
    known.set(host, { qemu, untilMs: options.clock.monotonic() + KNOWN_MS });
    return qemu;
  }

  return {
    async find(host, signal): Promise<EngineCandidate[]> {
      const found = await findKnown(host, signal).catch((error: unknown) => {
        if (error instanceof AppError && error.reason === 'qemuMissing') return error;
        throw error;
      });
      const missing = found instanceof AppError ? found : null;
      const engine = engineRow(host, found instanceof AppError ? null : found);
      return [
        {
          engineId: engine.id,
          engine: { ...engine, health: { status: missing === null ? 'connecting' : 'unreachable', problem: missing?.problem ?? null } },
          async connect(connectSignal) {
            const qemu = await findQemu(host, connectSignal);
            const row: Engine = { ...engineRow(host, qemu), health: { status: 'healthy', problem: null } };
            await using opened = new AsyncDisposableStack();
            const driver = opened.use(new QemuDriver({ ...options, ...qemu, host, engine: row }));
            await driver.connect(connectSignal);
            opened.move();
            return driver;
          },
        },
      ];
    },
  };
}

function engineRow(host: Host, qemu: { binary: string; version: string } | null): Omit<Engine, 'health'> {
  return {
    id: engineId.parse(`qemu-${host.id}`),
    hostId: host.id,
    product: 'qemu',
    name: 'QEMU',
    machineKind: 'vm',
    version: qemu?.version ?? null,
    endpoint: qemu?.binary ?? 'qemu-system-x86_64',
    embedded: false,
    rootless: null,
    facets: [],
    accelerator: null,
  };
}
