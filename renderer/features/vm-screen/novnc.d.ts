/** What is used of noVNC, which brings no types: https://github.com/novnc/noVNC/blob/v1.7.0/docs/API.md */
declare module '@novnc/novnc' {
  interface Channel {
    binaryType: BinaryType;
    readonly protocol: string;
    readonly readyState: string | number;
    onopen: unknown;
    onmessage: unknown;
    onclose: unknown;
    onerror: unknown;
    send(bytes: Uint8Array): void;
    close(): void;
  }

  class RFB extends EventTarget {
    /** Not in its documentation: what it writes, in `core/rfb.js`. */
    static readonly messages: {
      extendedClipboardProvide: (socket: object, formats: readonly number[], texts: readonly string[]) => void;
      clientCutText: (socket: object, data: Uint8Array, isExtended: boolean) => void;
    };
    constructor(target: HTMLElement, channel: Channel, options?: { shared?: boolean });
    scaleViewport: boolean;
    resizeSession: boolean;
    background: string;
    disconnect(): void;
    focus(): void;
    /** Both down and up when `down` is absent. `code` as in KeyboardEvent; a keysym of 0 leaves all to the code. */
    sendKey(keysym: number, code: string, down?: boolean): void;
    clipboardPasteFrom(text: string): void;
  }

  // biome-ignore lint/style/noDefaultExport: that is what noVNC has
  export { RFB as default };
}
