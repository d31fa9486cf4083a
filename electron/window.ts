import { join } from 'node:path';
import { BrowserWindow, nativeTheme, screen, shell } from 'electron';
import { isExternalLink } from './external-link.ts';
import { PAGE_ORIGIN } from './page-file.ts';
import { fitBounds, readBounds, SMALLEST, writeBounds } from './window-bounds.ts';

/** The page's own background, so that nothing flashes before the first paint (renderer/ui/tokens.css). */
const BACKGROUND = { light: '#f6f8fa', dark: '#0f141a' };

/** @param boundsFile remembers where the window was */
export function openWindow(boundsFile: string): BrowserWindow {
  const { maximized, ...bounds } = fitBounds(
    readBounds(boundsFile),
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const window = new BrowserWindow({
    ...bounds,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    title: 'Catamaran',
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload: join(import.meta.dirname, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => writeBounds(boundsFile, { ...window.getNormalBounds(), maximized: window.isMaximized() }));
  keepInside(window);
  void window.loadURL(`${PAGE_ORIGIN}/`);
  return window;
}

/** The window shows our page and no other; links to the web open in the system's browser. */
function keepInside(window: BrowserWindow): void {
  const { webContents } = window;
  webContents.setWindowOpenHandler(({ url }) => {
    if (isExternalLink(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
  webContents.on('will-navigate', (event) => {
    if (!event.url.startsWith(`${PAGE_ORIGIN}/`)) event.preventDefault();
  });
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  // The terminal reads the clipboard for a paste that the person asked for; nothing else is ever needed.
  const allowed = new Set(['clipboard-read', 'clipboard-sanitized-write']);
  webContents.session.setPermissionRequestHandler((contents, permission, answer) => {
    answer(contents === webContents && allowed.has(permission));
  });
  webContents.session.setPermissionCheckHandler((contents, permission) => contents === webContents && allowed.has(permission));
}
