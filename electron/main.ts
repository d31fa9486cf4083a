import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app, type BrowserWindow, ipcMain, shell } from 'electron';
import { PAGE_ASKS_FOR_PORT } from '../backend/contract/channel.ts';
import { createPaths } from '../backend/settings/index.ts';
import { declareScheme, servePage } from './app-protocol.ts';
import { BackendLink } from './backend-link.ts';
import { isExternalLink } from './external-link.ts';
import { setMenu } from './menu.ts';
import { PAGE_ORIGIN } from './page-file.ts';
import { createTray } from './tray.ts';
import { openWindow } from './window.ts';

/** What is bundled lies beside this file: dist/electron, dist/renderer; assets are at the app's root. */
const DIST = join(import.meta.dirname, '..');

const paths = createPaths({ home: homedir(), env: process.env });
const shellFolder = join(paths.state, 'window');
mkdirSync(shellFolder, { recursive: true, mode: 0o700 });
// Chromium's own files, apart from ours; the single-instance lock is one of them.
app.setPath('userData', shellFolder);

if (app.requestSingleInstanceLock()) start();
else app.quit();

function start(): void {
  let window: BrowserWindow | null = null;
  declareScheme();
  app.enableSandbox();

  function showWindow(): void {
    if (window === null) {
      window = openWindow(join(shellFolder, 'bounds.json'));
      window.on('closed', () => {
        window = null;
      });
      return;
    }
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  app.on('second-instance', showWindow);
  app.on('activate', showWindow);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });

  void app.whenReady().then(() => {
    setMenu(process.platform);
    servePage(join(DIST, 'renderer'));
    const tray = createTray({
      iconFile: join(DIST, '..', 'assets', 'icons', 'tray.png'),
      locale: app.getLocale(),
      actions: { open: showWindow, quit: () => app.quit() },
    });
    const backend = new BackendLink((message) => {
      if (message.type === 'running') tray.show(message);
      else if (message.type === 'show') showWindow();
      else void leaveTo(message.url);
    });
    ipcMain.on(PAGE_ASKS_FOR_PORT, (event) => {
      const [port] = event.ports;
      if (port !== undefined && event.senderFrame?.url.startsWith(`${PAGE_ORIGIN}/`) === true) backend.connectPage(port);
    });
    quitWith(backend);
    showWindow();
  });
}

/** The instance in browser mode shows itself instead of us. */
async function leaveTo(url: string | null): Promise<void> {
  if (url !== null && isExternalLink(url)) await shell.openExternal(url);
  app.quit();
}

/** The app ends after its backend, so that nothing is cut off. */
function quitWith(backend: BackendLink): void {
  let closed = false;
  app.on('before-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    void backend.close().then(() => {
      closed = true;
      app.quit();
    });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
}
