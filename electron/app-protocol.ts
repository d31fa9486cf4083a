import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { protocol } from 'electron';
import { pageFile } from './page-file.ts';

/** As in browser mode (backend/web/headers.ts), but nothing is fetched: the page speaks over its port only. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src-elem 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Before the app is ready. Standard and secure: the page gets an origin, storage and a clipboard. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
}

/** @param folder the built renderer */
export function servePage(folder: string): void {
  protocol.handle('app', async (request) => {
    const path = request.method === 'GET' ? pageFile(folder, request.url) : null;
    if (path === null) return new Response(null, { status: 404 });
    try {
      const nonce = randomBytes(16).toString('base64url');
      const body = await readFile(path);
      // Styles that are made at run time carry the nonce (renderer/platform/style-nonce.ts).
      const html = () => body.toString().replace('<head>', `<head><meta property="csp-nonce" nonce="${nonce}">`);
      return new Response(extname(path) === '.html' ? html() : new Uint8Array(body), {
        headers: {
          'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
          'content-security-policy': contentSecurityPolicy(nonce),
          'x-content-type-options': 'nosniff',
        },
      });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
}
