import { Menu } from 'electron';

/**
 * macOS needs a menu for its editing keys. Elsewhere there is none: its accelerators (Ctrl-W, Ctrl-R) would take keys
 * that belong to the terminals.
 */
export function setMenu(platform: NodeJS.Platform): void {
  const menu = platform === 'darwin' ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }]) : null;
  Menu.setApplicationMenu(menu);
}
