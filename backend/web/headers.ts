/**
 * What a page of ours may do. Nothing is loaded from elsewhere and no script or style of foreign markup runs.
 *
 * Styles: xterm's DOM renderer and Base UI add <style> elements at run time, so these carry a nonce (renderer/platform/
 * style-nonce.ts gives it to them). xterm also writes style attributes for true colours, and CSP knows no nonce for
 * attributes: only they are 'unsafe-inline'. An attribute can colour, not load: img-src and font-src still hold.
 */
export function contentSecurityPolicy(options: { nonce: string; host: string }): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src-elem 'self' 'nonce-${options.nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    // 'self' covers WebSockets only in newer browsers.
    `connect-src 'self' ws://${options.host}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** On every answer, whatever it is. */
export const COMMON_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
} as const;
