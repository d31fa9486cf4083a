export type { BackendClient } from './client.ts';
export { type BackendConnection, type ConnectionState, connect, type StreamFactory } from './connect.ts';
export type { DisplayChannel } from './display-channel.ts';
export type { TerminalEvents, TerminalLink, TerminalLinkStatus } from './terminal-link.ts';
