import type { Terminal } from '@xterm/xterm';

/** More than this between two paints is a flood: nobody can have read it, and no screen holds it. */
const FLOOD_BYTES = 64 * 1024;
/** A paint costs as much as parsing 400 KB; at twenty a second a flood looks the same and comes through twice as fast. */
const FLOOD_PAINT_MS = 50;

type Frames = Pick<Window, 'requestAnimationFrame' | 'cancelAnimationFrame'>;

/** What of xterm 6 is not public: where it asks for its paints. */
interface Internals {
  _core: {
    _renderService: { _renderDebouncer: { _coreBrowserService: { window: Frames } } };
    /** Its refresh after every scrolled line draws all rows again, selected or not. */
    _selectionService: { refresh(isLinuxMouseSelection?: boolean): void };
  };
}

/** Paints a terminal at every frame as always, but less often while a flood passes through it. */
export class PaintPace {
  #bytes = 0;
  #paintedAt = 0;
  #isFlood = false;
  #timer = 0;
  #frame = 0;

  /** @param terminal one that has been opened */
  constructor(terminal: Terminal) {
    const { _renderService, _selectionService } = (terminal as unknown as Internals)._core;
    const frames: Frames = {
      requestAnimationFrame: (callback) => this.#request(callback),
      cancelAnimationFrame: () => this.#cancel(),
    };
    _renderService._renderDebouncer._coreBrowserService = { window: frames };
    const refresh = _selectionService.refresh.bind(_selectionService);
    let hadSelection = false;
    _selectionService.refresh = (isLinuxMouseSelection) => {
      const hasSelection = terminal.hasSelection();
      if (hasSelection || hadSelection || !this.#isFlood) refresh(isLinuxMouseSelection);
      hadSelection = hasSelection;
    };
  }

  /** To be told of all that is written to the terminal. */
  wrote(bytes: number): void {
    this.#bytes += bytes;
  }

  #request(callback: FrameRequestCallback): number {
    const wait = this.#isFlood ? this.#paintedAt + FLOOD_PAINT_MS - performance.now() : 0;
    const ask = () => {
      this.#frame = requestAnimationFrame((time) => this.#paint(callback, time));
    };
    if (wait > 0) this.#timer = window.setTimeout(ask, wait);
    else ask();
    // The debouncer has one request under way at a time and asks only whether there is one.
    return 1;
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
  }

  #paint(callback: FrameRequestCallback, time: number): void {
    this.#isFlood = this.#bytes > FLOOD_BYTES;
    this.#bytes = 0;
    this.#paintedAt = performance.now();
    callback(time);
  }
}
