/** One viewer's connection, whatever carries it (a WebSocket, a MessagePort): whole frames, in order. */
export interface ByteLink {
  send(frame: Uint8Array): void;
  onFrame(listener: (frame: Uint8Array) => void): void;
  /** Called once, also when this side closes. */
  onClose(listener: () => void): void;
  close(): void;
}
