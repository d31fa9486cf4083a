import { resolveObjectURL } from 'node:buffer';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createRouter, type Services } from '../backend/api/index.ts';
import {
  type AppInfo,
  CONTRACT_VERSION,
  machineId,
  PAGE_ASKS_FOR_PORT,
  PORT_FOR_PAGE,
  terminalId,
  transferId,
} from '../backend/contract/index.ts';
import { AppError, type ByteLink, silentLogger, systemClock } from '../backend/core/index.ts';
import { createTransfers } from '../backend/transfers/index.ts';
import { createClient } from '../renderer/backend/client.ts';
import { createElectronPlatform } from '../renderer/platform/electron.ts';
import { createPageChannels, type PagePort } from './page-channels.ts';

const app: AppInfo = { contractVersion: CONTRACT_VERSION, appVersion: '1', pid: 1, mode: 'electron', startedAtMs: 0, dataDir: '/d' };
const never = new AbortController().signal;

/** The page, its preload and the backend process in one: only Electron's own passing on of ports is left out. */
function createPage() {
  const transfers = createTransfers({ clock: systemClock });
  const viewers: { id: string; link: ByteLink }[] = [];
  const servePagePort = createPageChannels({
    router: createRouter({ app } as Services, { logger: silentLogger, checkOutputs: true }),
    terminals: { attachViewer: (id, link) => viewers.push({ id, link }) },
    displays: { attachViewer: (id, link) => viewers.push({ id, link }) },
    transfers,
    logger: silentLogger,
  });
  const page = new EventTarget();
  const post = (data: unknown, ports: MessagePort[] = []) => {
    const event = new MessageEvent('message', { data, ports });
    Object.defineProperty(event, 'source', { value: page });
    page.dispatchEvent(event);
  };
  page.addEventListener('message', (event) => {
    if ((event as MessageEvent).data !== PAGE_ASKS_FOR_PORT) return;
    const { port1, port2 } = new MessageChannel();
    servePagePort(asElectronPort(port1));
    post(PORT_FOR_PAGE, [port2]);
  });
  const saved: { href: string; download: string }[] = [];
  const createElement = () => {
    const link = { href: '', download: '', click: () => saved.push(link) };
    return link;
  };
  const window = Object.assign(page, {
    document: { createElement },
    location: { origin: 'app://catamaran' },
    postMessage: (data: unknown) => post(data),
  });
  return { platform: createElectronPlatform(window as unknown as Window), viewers, transfers, saved };
}

function asElectronPort(port: MessagePort): PagePort {
  return {
    start: () => port.start(),
    postMessage: (message) => port.postMessage(message),
    close: () => port.close(),
    on(name: string, listener: (event: { data: unknown; ports: PagePort[] }) => void) {
      port.addEventListener(name, (event) => {
        const { data, ports = [] } = event as MessageEvent;
        listener({ data, ports: ports.map(asElectronPort) });
      });
    },
  };
}

test('a file goes up and comes down piece by piece, and a failure is no file', async () => {
  const { platform, transfers, saved } = createPage();
  const bytes = randomBytes(700_001);
  const up = newTransfer();
  const [received] = await Promise.all([transfers.receive(up, buffer, never), platform.upload(up, new Blob([bytes]), never)]);
  expect(received.equals(bytes)).toBe(true);

  const down = newTransfer();
  const pieces = async function* () {
    yield bytes.subarray(0, 300_000);
    yield bytes.subarray(300_000);
  };
  await Promise.all([
    transfers.send(down, async () => ({ file: { name: 'a.tar', sizeBytes: null }, bytes: pieces() }), never),
    platform.download(down),
  ]);
  expect(saved).toMatchObject([{ download: 'a.tar' }]);
  const blob = resolveObjectURL(saved[0]?.href ?? '');
  expect(Buffer.from((await blob?.arrayBuffer()) ?? new ArrayBuffer()).equals(bytes)).toBe(true);

  const failing = newTransfer();
  const refuse = async () => {
    throw new AppError('machineMissing');
  };
  await Promise.all([
    expect(transfers.send(failing, refuse, never)).rejects.toMatchObject({ reason: 'machineMissing' }),
    platform.download(failing),
  ]);
  expect(saved.length).toBe(1);
});

const newTransfer = () => transferId.parse(randomUUID());

test('a page calls the backend over a port of its own', async () => {
  const { platform } = createPage();
  const channel = await platform.openRpc(never);
  const client = createClient(channel.link);
  expect(await client.app.hello({ contractVersion: CONTRACT_VERSION })).toEqual(app);
  expect(await client.app.ping({ n: 7 })).toEqual({ n: 7 });
  channel.close();
  await channel.closed;
});

test.each(['terminal', 'display'])('the frames of a %s go both ways as bytes, and its end is told', async (kind) => {
  const { platform, viewers } = createPage();
  const id = 'qemu-local/t1';
  const open = kind === 'terminal' ? platform.openTerminal(terminalId.parse(id), never) : platform.openDisplay(machineId.parse(id), never);
  const channel = await open;
  const heard = new EventTarget();
  channel.listen(
    (frame) => heard.dispatchEvent(new MessageEvent('frame', { data: frame })),
    () => heard.dispatchEvent(new Event('closed')),
  );
  await expect.poll(() => viewers.length).toBe(1);
  const { link } = viewers[0]!;
  expect(viewers[0]!.id).toBe(id);

  const arrived = once(heard, 'frame');
  link.send(Uint8Array.of(0, 255, 1));
  expect(((await arrived)[0] as MessageEvent).data).toEqual(Uint8Array.of(0, 255, 1));

  const typed = new Promise((resolve) => link.onFrame(resolve));
  channel.send(Uint8Array.of(16, 65));
  expect(await typed).toEqual(Uint8Array.of(16, 65));

  const closed = once(heard, 'closed');
  link.close();
  await closed;
});

test('what is no channel request opens nothing', async () => {
  const { platform, viewers } = createPage();
  await platform.openTerminal('' as never, never);
  const { link, close } = await platform.openRpc(never);
  // The answer comes over the same control port, later than the bad request.
  await createClient(link).app.ping({ n: 1 });
  expect(viewers).toEqual([]);
  close();
});
