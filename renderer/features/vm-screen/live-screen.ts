import RFB from '@novnc/novnc';
import type { MachineId, Problem } from '../../../backend/contract/index.ts';
import type { BackendConnection, DisplayChannel } from '../../backend/index.ts';
import { clipboardMessage, MOST_TEXT_BYTES } from './clipboard-message.ts';
import type { KeyPress } from './key-layouts.ts';

/** `fit`: all of it in the place there is. `actual`: pixel by pixel. `match`: the guest makes its screen as large as the place. */
export const SCALINGS = ['fit', 'actual', 'match'] as const;
export type Scaling = (typeof SCALINGS)[number];

/** What a person has to know besides the picture. A new object at every change. */
export interface ScreenView {
  /** `lost` comes back by itself; `ended` does not. */
  status: 'connecting' | 'open' | 'lost' | 'ended';
  /** Why it ended; null: the machine did. */
  problem: Problem | null;
  size: { width: number; height: number } | null;
  /** What the guest copied last. */
  guestText: string | null;
  /** Keys of a text that is being typed: done, and in all. */
  typing: { done: number; total: number } | null;
}

const RETRY_MS = 1000;
/** A keyboard holds sixteen keys for its guest; one that boots, or is emulated, takes them slowly. */
const KEY_PAUSE_MS = 30;

// noVNC’s own is what the protocol wants, and what a guest cannot use.
RFB.messages.extendedClipboardProvide = (socket, _formats, [text = '']) => RFB.messages.clientCutText(socket, clipboardMessage(text), true);

/** One machine's screen: noVNC, the way to it, and the element that holds both. Pixels never go through React. */
export class LiveScreen {
  readonly element = document.createElement('div');
  readonly #id: MachineId;
  readonly #connection: BackendConnection;
  readonly #label: string;
  readonly #onLeave: () => void;
  readonly #listeners = new Set<() => void>();
  /** Codes of the keys that are down in the guest, and not up yet. */
  readonly #held = new Set<string>();
  readonly #closing = new AbortController();
  #typing: AbortController | null = null;
  #rfb: RFB | null = null;
  #scaling: Scaling;
  #view: ScreenView = { status: 'connecting', problem: null, size: null, guestText: null, typing: null };

  constructor(of: { id: MachineId; connection: BackendConnection; label: string; scaling: Scaling; onLeave: () => void }) {
    this.#id = of.id;
    this.#connection = of.connection;
    this.#label = of.label;
    this.#scaling = of.scaling;
    this.#onLeave = of.onLeave;
    // In front of noVNC, which takes every key.
    this.element.addEventListener('keydown', (event) => this.#onKeyDown(event), { capture: true });
    this.element.addEventListener('keyup', ({ code }) => this.#held.delete(code), { capture: true });
    this.element.addEventListener('focusout', ({ target }) => this.#releaseKeys(target));
    this.#connect();
  }

  get view(): ScreenView {
    return this.#view;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  focus(): void {
    this.#rfb?.focus();
  }

  setScaling(scaling: Scaling): void {
    this.#scaling = scaling;
    if (this.#rfb === null) return;
    this.#rfb.scaleViewport = scaling === 'fit';
    this.#rfb.resizeSession = scaling === 'match';
  }

  /** All down in their order, then all up, last first. */
  sendChord(codes: readonly string[]): void {
    for (const code of codes) this.#rfb?.sendKey(0, code, true);
    for (const code of codes.toReversed()) this.#rfb?.sendKey(0, code, false);
    this.focus();
  }

  /** Key by key, until all are typed or `stopTyping`. */
  async type(presses: readonly KeyPress[]): Promise<void> {
    this.#typing?.abort();
    const typing = new AbortController();
    this.#typing = typing;
    for (const [index, press] of presses.entries()) {
      if (typing.signal.aborted || this.#closing.signal.aborted || this.#rfb === null) break;
      this.#setView({ typing: { done: index, total: presses.length } });
      const modifiers = [...(press.shift ? ['ShiftLeft'] : []), ...(press.altGr ? ['AltRight'] : [])];
      for (const code of modifiers) this.#rfb.sendKey(0, code, true);
      this.#rfb.sendKey(0, press.code);
      for (const code of modifiers) this.#rfb.sendKey(0, code, false);
      await new Promise((resolve) => setTimeout(resolve, KEY_PAUSE_MS));
    }
    if (this.#typing !== typing) return;
    this.#typing = null;
    this.#setView({ typing: null });
  }

  stopTyping(): void {
    this.#typing?.abort();
  }

  /** Offers it to whom it is pasted by in the guest, as long as this screen is open. False: it is too long. */
  giveClipboard(text: string): boolean {
    if (new TextEncoder().encode(text).length > MOST_TEXT_BYTES) return false;
    this.#rfb?.clipboardPasteFrom(text);
    return true;
  }

  retry(): void {
    if (this.#view.status === 'ended') this.#connect();
  }

  dispose(): void {
    this.#closing.abort();
    this.#typing?.abort();
    this.#listeners.clear();
    this.#rfb?.disconnect();
    this.element.remove();
  }

  #connect(): void {
    const channel = this.#connection.openDisplay(this.#id);
    // An RFB connection is for once: after a break a new one starts with the whole picture.
    const rfb = new RFB(this.element, channel, { shared: true });
    this.#rfb = rfb;
    rfb.background = 'transparent';
    this.setScaling(this.#scaling);
    const canvas = this.element.querySelector('canvas');
    if (canvas !== null) {
      canvas.tabIndex = 0;
      canvas.setAttribute('role', 'application');
      canvas.setAttribute('aria-label', this.#label);
      new MutationObserver(() => this.#noticeSize(canvas)).observe(canvas, { attributes: true, attributeFilter: ['width', 'height'] });
    }
    if (this.#view.status !== 'lost') this.#setView({ status: 'connecting', problem: null });
    rfb.addEventListener('connect', () => {
      this.#setView({ status: 'open', problem: null });
      if (canvas !== null) this.#noticeSize(canvas);
    });
    rfb.addEventListener('clipboard', (event) => this.#setView({ guestText: (event as CustomEvent<{ text: string }>).detail.text }));
    rfb.addEventListener('disconnect', () => this.#disconnected(rfb, channel));
  }

  #disconnected(rfb: RFB, channel: DisplayChannel): void {
    if (this.#rfb !== rfb) return;
    this.#rfb = null;
    if (this.#closing.signal.aborted) return;
    if (channel.ended !== null) {
      this.#setView({ status: 'ended', problem: channel.ended.problem });
      return;
    }
    this.#setView({ status: 'lost' });
    setTimeout(() => {
      if (!this.#closing.signal.aborted && this.#rfb === null) this.#connect();
    }, RETRY_MS);
  }

  #onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'F6' || !event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) {
      this.#held.add(event.code);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#onLeave();
  }

  /** They come up where the focus is by then; in the guest they would stay down, as the Shift of Shift+F6. */
  #releaseKeys(canvas: EventTarget | null): void {
    for (const code of [...this.#held]) canvas?.dispatchEvent(new KeyboardEvent('keyup', { code, bubbles: true }));
  }

  #noticeSize({ width, height }: HTMLCanvasElement): void {
    const { size } = this.#view;
    if (width > 0 && (size?.width !== width || size.height !== height)) this.#setView({ size: { width, height } });
  }

  #setView(change: Partial<ScreenView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}
