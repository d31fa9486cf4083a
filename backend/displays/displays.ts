import { Readable } from 'node:stream';
import type { GuestClipboard, Machine, MachineId, Picture, Thumbnail, TransferId } from '../contract/index.ts';
import { type ByteLink, type Clock, type Logger, Scope } from '../core/index.ts';
import type { DisplaysFacet } from '../drivers/displays.ts';
import type { Transfers } from '../transfers/index.ts';
import { toPicture } from './picture.ts';
import { encodePng } from './png.ts';
import { Thumbnails } from './thumbnails.ts';
import { serveViewer } from './viewer.ts';

/** Screens of virtual machines: for those who look and type, in small for lists, and as pictures. */
export interface Displays extends AsyncDisposable {
  /** Carries RFB until either side closes the link. A screen that cannot be shown has `ended`, with the reason. */
  attachViewer(id: MachineId, link: ByteLink): void;
  watchThumbnails(ids: MachineId[], signal: AbortSignal): AsyncIterable<Thumbnail>;
  /** In full size. @throws AppError `machineWrongState`, `noDisplay` */
  capture(id: MachineId, signal: AbortSignal): Promise<Picture>;
  saveScreenshot(id: MachineId, transferId: TransferId): Promise<void>;
  clipboard(id: MachineId, signal: AbortSignal): Promise<GuestClipboard>;
}

/** A person may leave the question where to save a file open for a while. */
const SAVE_MS = 3_600_000;

export function createDisplays(deps: {
  /** @throws AppError `machineMissing`, `actionUnsupported` */
  facetOf(id: MachineId): DisplaysFacet;
  machine(id: MachineId): Machine;
  transfers: Transfers;
  clock: Clock;
  logger: Logger;
}): Displays {
  const { facetOf, clock } = deps;
  const logger = deps.logger.child({ room: 'displays' });
  const scope = new Scope((error) => logger.warn('a viewer of a screen was cut off', { error }));
  const thumbnails = new Thumbnails({ capture: async (id, signal) => await facetOf(id).capture(id, signal), clock, logger });

  return {
    attachViewer: (id, link) =>
      scope.run((signal) => serveViewer(link, async (openSignal) => await facetOf(id).open(id, openSignal), signal)),
    watchThumbnails: (ids, signal) => thumbnails.watch(ids, signal),
    capture: async (id, signal) => await toPicture(await facetOf(id).capture(id, signal)),
    async saveScreenshot(id, transferId) {
      const signal = AbortSignal.timeout(SAVE_MS);
      const open = async () => {
        const bytes = await encodePng(await facetOf(id).capture(id, signal));
        return { file: { name: fileName(deps.machine(id).name, clock.now()), sizeBytes: bytes.length }, bytes: Readable.from([bytes]) };
      };
      await deps.transfers.send(transferId, open, signal);
    },
    clipboard: async (id, signal) => await facetOf(id).clipboard(id, signal),
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  };
}

/** `debian 2026-11-22 10-15-30.png`, without what file systems mind. */
function fileName(machine: string, nowMs: number): string {
  const local = nowMs - new Date(nowMs).getTimezoneOffset() * 60_000;
  const time = new Date(local).toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '-');
  return `${machine.replace(/[^A-Za-z0-9._-]+/g, '_')} ${time}.png`;
}
