import { Menu, type MenuItemConstructorOptions } from 'electron';

/**
 * macOS needs a menu for its editing keys. Elsewhere there is none: its accelerators (Ctrl-W, Ctrl-R) would take keys
 * that belong to the terminals.
 */
export function setMenu(platform: NodeJS.Platform): void {
  const template = menuTemplate(platform);
  Menu.setApplicationMenu(template === null ? null : Menu.buildFromTemplate(template));
}

export function menuTemplate(platform: NodeJS.Platform): MenuItemConstructorOptions[] | null {
  if (platform !== 'darwin') return null;
  return [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }];
}
