import { createBrowserPlatform } from './browser.ts';
import { createElectronPlatform } from './electron.ts';
import type { Platform } from './index.ts';

export function currentPlatform(): Platform {
  return navigator.userAgent.includes(' Electron/') ? createElectronPlatform() : createBrowserPlatform();
}
