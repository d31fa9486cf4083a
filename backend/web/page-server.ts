import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SESSION_PATH } from '../contract/index.ts';
import { type Asset, type Assets, HASHED_FOLDER } from './assets.ts';
import { cookieOf, isOurHost, isOurOrigin } from './guards.ts';
import { COMMON_HEADERS, contentSecurityPolicy } from './headers.ts';
import { NOT_FOUND_PAGE, type PlainPage, plainPage, SIGN_IN_PAGE, USED_LINK_PAGE } from './pages.ts';
import { SESSION_MS, type SignIn } from './sign-in.ts';
import { serveTransfer, type TransferRoute, transferOf } from './transfer-route.ts';

export interface PageServerOptions {
  assets: Assets;
  signIn: SignIn;
  transfers: TransferRoute;
  port: number;
}

/** Cookies know no ports: without it in the name two Catamarans on one machine would sign each other out. */
export function cookieName(port: number): string {
  return `catamaran-${port}`;
}

export function isSignedIn(request: IncomingMessage, { signIn, port }: Pick<PageServerOptions, 'signIn' | 'port'>): boolean {
  const secret = cookieOf(request, cookieName(port));
  return secret !== null && signIn.isSession(secret);
}

/** Answers everything that is not a WebSocket: the page's files, and the exchange of a link's token for a cookie. */
export function createPageServer(options: PageServerOptions) {
  const { assets, signIn, transfers, port } = options;

  return async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = new Answer(request, response);
    if (!isOurHost(request, port)) return answer.text(421, 'This server answers to 127.0.0.1 and localhost only.');
    const url = URL.parse(request.url ?? '/', BASE);
    if (url === null) return answer.text(400, 'Not an address.');
    const transfer = transferOf(url.pathname);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      if (!isOurOrigin(request, port)) return answer.text(403, 'Foreign Origin.');
      if (request.method !== 'PUT' || transfer === null) return answer.text(405, 'Only GET and HEAD.');
    }
    const token = url.pathname === '/' ? url.searchParams.get('token') : null;
    const signedIn = isSignedIn(request, options);
    if (token !== null) return exchange(token, signedIn, answer);
    if (url.pathname === SESSION_PATH) return answer.text(signedIn ? 204 : 401, '');
    if (!signedIn) return answer.page(...pageForStranger(request, url));
    if (transfer !== null) return serveTransfer(transfers, transfer, { request, response });
    const asset = await assets.get(url.pathname);
    if (asset !== null && asset.type !== HTML) return answer.asset(asset);
    // The page finds its own way from any path that is no file.
    const index = url.pathname.startsWith(HASHED_FOLDER) ? null : await assets.get('/index.html');
    if (index === null) return answer.page(404, NOT_FOUND_PAGE);
    answer.html(200, (nonce) => index.body.toString().replace('<head>', `<head><meta property="csp-nonce" nonce="${nonce}">`));
  };

  function exchange(token: string, signedIn: boolean, answer: Answer): void {
    const secret = signIn.exchange(token);
    if (secret !== null) {
      const seconds = Math.floor(SESSION_MS / 1000);
      // Not Secure: the page comes over http on loopback.
      answer.setCookie(`${cookieName(port)}=${secret}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict`);
    }
    if (secret !== null || signedIn) answer.redirect('/');
    else answer.page(401, USED_LINK_PAGE);
  }
}

function pageForStranger(request: IncomingMessage, url: URL): [status: number, page: PlainPage] {
  // A link on another site brings no Strict cookie along; the same address, loaded once more from our own page, does.
  const cameFromElsewhere = request.headers['sec-fetch-site'] === 'cross-site' && request.headers['sec-fetch-mode'] === 'navigate';
  if (!cameFromElsewhere) return [401, SIGN_IN_PAGE];
  // `//name/` would lead away to that name.
  const goTo = url.origin === BASE && !url.pathname.startsWith('//') ? url.pathname + url.search : '/';
  return [200, { title: 'Catamaran', text: 'One moment…', goTo }];
}

/** Request lines hold paths only. */
const BASE = 'http://catamaran';
const HTML = 'text/html; charset=utf-8';

class Answer {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value);
  }

  setCookie(cookie: string): void {
    this.#response.setHeader('Set-Cookie', cookie);
  }

  redirect(path: string): void {
    this.#response.setHeader('Location', path);
    this.text(303, '');
  }

  text(status: number, text: string): void {
    this.#send(status, 'text/plain; charset=utf-8', Buffer.from(text));
  }

  asset({ body, type, immutable }: Asset): void {
    if (immutable) this.#response.setHeader('Cache-Control', 'private, max-age=31536000, immutable');
    this.#send(200, type, body);
  }

  page(status: number, page: PlainPage): void {
    this.html(status, (nonce) => plainPage(page, nonce));
  }

  html(status: number, render: (nonce: string) => string): void {
    const nonce = randomBytes(16).toString('base64url');
    this.#response.setHeader('Content-Security-Policy', contentSecurityPolicy({ nonce, host: this.#request.headers.host ?? '' }));
    this.#send(status, HTML, Buffer.from(render(nonce)));
  }

  #send(status: number, type: string, body: Buffer): void {
    if (!this.#response.hasHeader('Cache-Control')) this.#response.setHeader('Cache-Control', 'no-store');
    this.#response.setHeader('Content-Type', type);
    this.#response.setHeader('Content-Length', body.byteLength);
    this.#response.writeHead(status);
    this.#response.end(this.#request.method === 'HEAD' ? undefined : body);
  }
}
