import { type MachineId, type Picture, THUMBNAIL_PX, type Thumbnail } from '../contract/index.ts';
import { AppError, type Clock, type Logger, messageOf } from '../core/index.ts';
import type { Pixels } from '../drivers/displays.ts';
import { toPicture } from './picture.ts';
import { shrink } from './shrink.ts';

/** From the end of one round to the begin of the next: QEMU writes megabytes for each picture. */
const PAUSE_MS = 2000;

/**
 * Pictures of machines' screens for whoever looks at a list. Only while somebody does, one at a time over all who look,
 * and a picture that is young is not taken again for the next.
 */
export class Thumbnails {
  readonly #capture: (id: MachineId, signal: AbortSignal) => Promise<Pixels>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #taken = new Map<MachineId, { atMs: number; picture: Picture | null }>();
  #busy: Promise<unknown> = Promise.resolve();

  constructor(of: { capture: (id: MachineId, signal: AbortSignal) => Promise<Pixels>; clock: Clock; logger: Logger }) {
    this.#capture = of.capture;
    this.#clock = of.clock;
    this.#logger = of.logger;
  }

  /** Each machine's picture at first, then again when it has changed. A reader that is slow gets fewer. */
  async *watch(ids: MachineId[], signal: AbortSignal): AsyncGenerator<Thumbnail, void> {
    const sent = new Map<MachineId, string | null>();
    while (!signal.aborted) {
      for (const id of ids) {
        const picture = await this.#picture(id, signal);
        if (signal.aborted) return;
        const url = picture?.url ?? null;
        if (sent.get(id) === url) continue;
        sent.set(id, url);
        yield { id, picture };
      }
      await this.#clock.sleep(PAUSE_MS, signal).catch(() => {});
    }
  }

  #picture(id: MachineId, signal: AbortSignal): Promise<Picture | null> {
    const next = this.#busy.then(async () => {
      const known = this.#taken.get(id);
      if (known !== undefined && this.#clock.monotonic() - known.atMs < PAUSE_MS) return known.picture;
      const picture = signal.aborted ? null : await this.#take(id, signal);
      if (picture === null) this.#taken.delete(id);
      else this.#taken.set(id, { atMs: this.#clock.monotonic(), picture });
      return picture;
    });
    this.#busy = next;
    return next;
  }

  async #take(id: MachineId, signal: AbortSignal): Promise<Picture | null> {
    try {
      return await toPicture(shrink(await this.#capture(id, signal), THUMBNAIL_PX));
    } catch (error) {
      // A machine that does not run has no picture; that is no news.
      if (!(error instanceof AppError && (error.code === 'wrongState' || error.code === 'cancelled' || error.code === 'notFound'))) {
        this.#logger.debug('no thumbnail', { id, error: messageOf(error) });
      }
      return null;
    }
  }
}
