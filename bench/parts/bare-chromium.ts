import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { systemClock } from '../../backend/core/index.ts';
import config from '../../playwright.config.ts';
import { temporaryFolder } from '../../testing/temporary.ts';

/**
 * A page of a Chromium that nobody watches. Playwright has every WebSocket frame reported to it, with its payload in
 * base64: beside a flood that costs more than the flood.
 */
export interface BarePage extends AsyncDisposable {
  goto(address: string): Promise<void>;
  /** Runs the function in the page, with one argument that is JSON, and returns what it resolves with. */
  evaluate<Argument, Result>(run: (argument: Argument) => Result | Promise<Result>, argument: Argument): Promise<Result>;
  type(text: string): Promise<void>;
  /** `Enter`, or a letter with Control. */
  press(key: 'Enter' | 'Control+c'): Promise<void>;
}

export async function openBarePage(size: { width: number; height: number }): Promise<BarePage> {
  await using stack = new AsyncDisposableStack();
  const profile = stack.use(await temporaryFolder());
  const { executablePath = 'chromium', args = [] } = config.use?.launchOptions ?? {};
  const own = [
    '--headless=new',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile.path}`,
    `--window-size=${size.width},${size.height}`,
    'about:blank',
  ];
  const browser = spawn(executablePath, [...args, ...own], { stdio: ['ignore', 'ignore', 'pipe'] });
  stack.defer(async () => {
    if (browser.exitCode !== null || browser.signalCode !== null) return;
    browser.kill('SIGTERM');
    await once(browser, 'exit');
  });
  let words = '';
  let address: string | undefined;
  for await (const text of browser.stderr.setEncoding('utf8')) {
    words += text;
    address = /DevTools listening on ws:\/\/(\S+?)\//.exec(words)?.[1];
    if (address !== undefined) break;
  }
  if (address === undefined) throw new Error(`Chromium did not start: ${words}`);
  const targets = (await (await fetch(`http://${address}/json/list`)).json()) as { type: string; webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '');
  await once(socket, 'open');
  stack.defer(() => socket.close());
  const send = protocol(socket);
  const owned = stack.move();

  async function key(event: Record<string, string | number>): Promise<void> {
    await send('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
    await send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  return {
    async goto(url) {
      await send('Page.navigate', { url });
      // The page is exchanged on the way, and whatever runs in it then is lost.
      const expression = `location.origin === ${JSON.stringify(new URL(url).origin)} && document.readyState === 'complete'`;
      const isThere = () => send('Runtime.evaluate', { expression }).then(({ result }) => (result as { value: boolean }).value);
      while (!(await isThere().catch(() => false))) await systemClock.sleep(20);
    },
    async evaluate(run, argument) {
      const expression = `(${run})(${JSON.stringify(argument)})`;
      const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      if (exceptionDetails !== undefined) throw new Error(`in the page: ${JSON.stringify(exceptionDetails)}`);
      return (result as { value: never }).value;
    },
    async type(text) {
      for (const character of text) await key({ key: character, text: character });
    },
    press: (name) =>
      name === 'Enter'
        ? key({ key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' })
        : key({ key: 'c', code: 'KeyC', windowsVirtualKeyCode: 67, modifiers: 2 }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

type Answer = Record<string, unknown>;

/** https://chromedevtools.github.io/devtools-protocol/ */
function protocol(socket: WebSocket): (method: string, params: object) => Promise<Answer> {
  const waiting = new Map<number, PromiseWithResolvers<Answer>>();
  let lastId = 0;
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as { id?: number; result?: Answer; error?: unknown };
    const call = waiting.get(message.id ?? 0);
    waiting.delete(message.id ?? 0);
    if (message.error === undefined) call?.resolve(message.result ?? {});
    else call?.reject(new Error(JSON.stringify(message.error)));
  });
  socket.on('close', () => {
    for (const call of waiting.values()) call.reject(new Error('the browser is gone'));
  });
  return (method, params) => {
    const call = Promise.withResolvers<Answer>();
    waiting.set(++lastId, call);
    socket.send(JSON.stringify({ id: lastId, method, params }));
    return call.promise;
  };
}
