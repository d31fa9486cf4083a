import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import type { Settings, TerminalId, TerminalSize } from '../../../backend/contract/index.ts';
import type { BackendConnection, TerminalLink, TerminalLinkStatus } from '../../backend/index.ts';
import { onThemeChange } from '../../ui/read-color.ts';
import { PaintPace } from './paint-pace.ts';
import { bindClipboard } from './terminal-clipboard.ts';
import { keyPlatform, terminalKey } from './terminal-keys.ts';
import { readTerminalTheme, searchColors } from './terminal-theme.ts';
import { drawByWebgl } from './webgl.ts';
import '@xterm/xterm/css/xterm.css';

export type TerminalPreferences = Pick<Settings, 'terminalFontSizePx' | 'terminalRenderer' | 'terminalCopyOnSelect'>;

/** What a person has to know of a terminal besides its screen. A new object at every change. */
export interface TerminalView {
  status: TerminalLinkStatus;
  exitCode: number | null;
  /** Nothing stands on it, and nothing has come. */
  blank: boolean;
  /** Another viewer gave the session this size, and it is not the one that fits here; null when it is. */
  foreignSize: TerminalSize | null;
  /** Of the search: position among the matches (−1: none), and how many there are. */
  matches: { index: number; count: number };
}

/** What its keys ask of the page. */
export interface TerminalCommands {
  search(): void;
  changeFontSize(change: 'larger' | 'smaller' | 'normalSize'): void;
  leave(): void;
}

const FIT_AFTER_MS = 60;
const SCROLLBACK_LINES = 10_000;
const encoder = new TextEncoder();

/**
 * One session on screen: an xterm, its link, and the element that holds it, which moves between the machine's page and
 * the dock. Bytes go from the link to xterm and never through React.
 */
export class LiveTerminal {
  readonly id: TerminalId;
  readonly element = document.createElement('div');
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon();
  readonly #link: TerminalLink;
  readonly #listeners = new Set<() => void>();
  readonly #endings: (() => void)[] = [];
  #commands: TerminalCommands | null = null;
  #view: TerminalView = { status: 'connecting', exitCode: null, blank: false, foreignSize: null, matches: { index: -1, count: 0 } };
  #fitTimer: ReturnType<typeof setTimeout> | undefined;
  #opened = false;
  #pace: PaintPace | null = null;
  #toDom: (() => void) | null = null;
  #preferences: TerminalPreferences;

  constructor(options: { id: TerminalId; connection: BackendConnection; label: string; preferences: TerminalPreferences }) {
    this.id = options.id;
    this.#preferences = options.preferences;
    this.#terminal = new Terminal({
      allowProposedApi: true,
      cursorBlink: true,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-mono').trim(),
      fontSize: options.preferences.terminalFontSizePx,
      macOptionIsMeta: true,
      minimumContrastRatio: 4.5,
      scrollback: SCROLLBACK_LINES,
      theme: readTerminalTheme(),
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.loadAddon(this.#search);
    this.#terminal.loadAddon(new WebLinksAddon((_, uri) => window.open(uri, '_blank', 'noopener')));
    this.#terminal.loadAddon(new Unicode11Addon());
    this.#terminal.unicode.activeVersion = '11';
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', options.label);
    this.#link = this.#openLink(options);
    this.#terminal.onData((text) => this.#link.write(encoder.encode(text)));
    // What mouse reports send is bytes, one a character.
    this.#terminal.onBinary((text) => this.#link.write(Uint8Array.from(text, (char) => char.charCodeAt(0))));
    this.#terminal.attachCustomKeyEventHandler((event) => this.#onKey(event));
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) =>
      this.#setView({ matches: { index: resultIndex, count: resultCount } }),
    );
    this.#endings.push(onThemeChange(() => this.#applyTheme()));
    const observer = new ResizeObserver(() => this.#fitSoon());
    observer.observe(this.element);
    this.#endings.push(() => observer.disconnect());
  }

  get view(): TerminalView {
    return this.#view;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Puts the terminal into a place of the page; it leaves the one where it was. */
  show(host: HTMLElement, commands: TerminalCommands): void {
    this.#commands = commands;
    host.append(this.element);
    if (this.#opened) {
      this.#fitNow();
      return;
    }
    this.#opened = true;
    // From here on xterm makes <style> elements and style attributes: renderer/platform/style-nonce.ts and the page's
    // policy (backend/web/headers.ts, electron/app-protocol.ts) have to let them.
    this.#terminal.open(this.element);
    this.#pace = new PaintPace(this.#terminal);
    this.#terminal.textarea?.setAttribute('aria-label', this.element.getAttribute('aria-label') ?? '');
    this.#terminal.textarea?.addEventListener('focus', () => this.#fitNow());
    this.#endings.push(bindClipboard(this.#terminal, { copyOnSelect: () => this.#preferences.terminalCopyOnSelect }));
    this.#chooseRenderer();
    this.#fitNow();
  }

  /** Takes it out of a place, unless it is in another one by now. */
  hide(host: HTMLElement): void {
    if (this.element.parentElement !== host) return;
    this.element.remove();
    this.#commands = null;
  }

  get isShown(): boolean {
    return this.element.parentElement !== null;
  }

  focus(): void {
    this.#terminal.focus();
  }

  setPreferences(preferences: TerminalPreferences): void {
    const before = this.#preferences;
    this.#preferences = preferences;
    if (preferences.terminalFontSizePx !== before.terminalFontSizePx) {
      this.#terminal.options.fontSize = preferences.terminalFontSizePx;
      this.#fitNow();
    }
    if (preferences.terminalRenderer !== before.terminalRenderer && this.#opened) this.#chooseRenderer();
  }

  /** Goes to the next match of a text, or to the one before. */
  find(text: string, options: { back?: boolean; caseSensitive?: boolean; regex?: boolean; incremental?: boolean }): void {
    const { match, active } = searchColors();
    const search = {
      caseSensitive: options.caseSensitive ?? false,
      regex: options.regex ?? false,
      incremental: options.incremental ?? false,
      decorations: {
        matchBackground: match,
        activeMatchBackground: active,
        matchOverviewRuler: match,
        activeMatchColorOverviewRuler: active,
      },
    };
    if (options.back) this.#search.findPrevious(text, search);
    else this.#search.findNext(text, search);
  }

  endSearch(): void {
    this.#search.clearDecorations();
    this.#terminal.clearSelection();
    this.#setView({ matches: { index: -1, count: 0 } });
  }

  /** For a shell behind a serial line, which knows no sizes; the blank keeps it out of most shells' histories. */
  typeSize(): void {
    const { rows, cols } = this.#terminal;
    this.#link.write(encoder.encode(` stty rows ${rows} cols ${cols}\r`));
    this.focus();
  }

  /** Gives the session the size that fits here. */
  takeSize(): void {
    this.#fitNow();
    this.focus();
  }

  dispose(): void {
    clearTimeout(this.#fitTimer);
    this.#link.close();
    for (const end of this.#endings.reverse()) end();
    this.#terminal.dispose();
    this.element.remove();
    this.#listeners.clear();
  }

  #openLink({ connection, id }: { connection: BackendConnection; id: TerminalId }): TerminalLink {
    return connection.openTerminal(id, {
      output: (bytes, shown) => {
        this.#pace?.wrote(bytes.byteLength);
        if (this.#view.blank) this.#setView({ blank: false });
        this.#terminal.write(bytes, shown);
      },
      screen: (bytes) => {
        this.#terminal.reset();
        // The screen was made for the session's size; only then does ours count.
        this.#terminal.write(bytes, () => {
          this.#fitNow();
          this.#setView({ blank: isBlank(this.#terminal) });
        });
      },
      size: (size) => {
        this.#terminal.resize(size.cols, size.rows);
        this.#noticeSize();
      },
      ended: (exitCode) => {
        this.#terminal.options.disableStdin = true;
        this.#terminal.options.cursorBlink = false;
        this.#setView({ exitCode });
      },
      status: (status) => this.#setView({ status }),
    });
  }

  #onKey(event: KeyboardEvent): boolean {
    const platform = keyPlatform(navigator.platform);
    const does = terminalKey(event, { platform, hasSelection: this.#terminal.hasSelection() });
    if (does === null) return true;
    // The paste itself is the browser's; xterm must only not take the key for the machine.
    if (does === 'native') return false;
    event.preventDefault();
    event.stopPropagation();
    if (event.type !== 'keydown') return false;
    if (does === 'copy') {
      if (this.#terminal.hasSelection()) void navigator.clipboard.writeText(this.#terminal.getSelection());
      if (platform === 'windows' && !event.shiftKey) this.#terminal.clearSelection();
    } else if (does === 'search') this.#commands?.search();
    else if (does === 'leave') this.#commands?.leave();
    else this.#commands?.changeFontSize(does);
    return false;
  }

  #chooseRenderer(): void {
    this.#toDom?.();
    const wanted = this.#preferences.terminalRenderer;
    this.#toDom = wanted === 'dom' ? null : drawByWebgl(this.#terminal, wanted === 'webgl');
  }

  #applyTheme(): void {
    this.#terminal.options.theme = readTerminalTheme();
  }

  /** A drag of the window's edge gives a hundred sizes; programs on the other side redraw everything for each. */
  #fitSoon(): void {
    clearTimeout(this.#fitTimer);
    this.#fitTimer = setTimeout(() => this.#fitNow(), FIT_AFTER_MS);
  }

  #fitNow(): void {
    clearTimeout(this.#fitTimer);
    const size = this.#fittingSize();
    if (size === null) return;
    if (size.cols !== this.#terminal.cols || size.rows !== this.#terminal.rows) this.#terminal.resize(size.cols, size.rows);
    if (this.#view.status !== 'ended') this.#link.resize(size);
    this.#noticeSize();
  }

  /** Null while the terminal is not on screen. */
  #fittingSize(): TerminalSize | null {
    if (!this.#opened || this.element.offsetParent === null) return null;
    const proposed = this.#fit.proposeDimensions();
    if (proposed === undefined || !Number.isFinite(proposed.cols) || !Number.isFinite(proposed.rows)) return null;
    return { cols: Math.max(2, Math.min(1000, proposed.cols)), rows: Math.max(1, Math.min(500, proposed.rows)) };
  }

  #noticeSize(): void {
    const fitting = this.#fittingSize();
    const { cols, rows } = this.#terminal;
    const isForeign = fitting !== null && (fitting.cols !== cols || fitting.rows !== rows);
    this.#setView({ foreignSize: isForeign ? { cols, rows } : null });
  }

  #setView(change: Partial<TerminalView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function isBlank({ buffer: { active } }: Terminal): boolean {
  for (let row = 0; row < active.length; row++) if (active.getLine(row)?.translateToString(true) !== '') return false;
  return true;
}
