import type { IncomingMessage } from 'node:http';

/**
 * Whether the request was meant for us: a page of another site whose name was made to point at 127.0.0.1 (DNS rebinding)
 * sends that name.
 */
export function isOurHost(request: IncomingMessage, port: number): boolean {
  return ourHosts(port).includes(request.headers.host ?? '');
}

/** Whether a page of ours sends it. Browsers send the Origin with every WebSocket and with all that is not GET or HEAD. */
export function isOurOrigin(request: IncomingMessage, port: number): boolean {
  return ourHosts(port).some((host) => request.headers.origin === `http://${host}`);
}

function ourHosts(port: number): string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

/** The value of a cookie, or null. */
export function cookieOf(request: IncomingMessage, name: string): string | null {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value !== undefined) return value;
  }
  return null;
}
