import type { Terminal } from '@xterm/xterm';
import { keyPlatform } from './terminal-keys.ts';

/**
 * What the mouse does with the clipboard. Linux pastes its own selection on the middle button by itself, through xterm's
 * text area; elsewhere the middle button pastes the clipboard.
 */
export function bindClipboard(terminal: Terminal, options: { copyOnSelect: () => boolean }): () => void {
  const { element } = terminal;
  const copySelection = () => {
    if (options.copyOnSelect() && terminal.hasSelection()) void navigator.clipboard.writeText(terminal.getSelection());
  };
  const pasteByMiddleButton = (event: MouseEvent) => {
    if (event.button !== 1 || keyPlatform(navigator.platform) === 'linux' || terminal.modes.mouseTrackingMode !== 'none') return;
    event.preventDefault();
    navigator.clipboard.readText().then(
      (text) => terminal.paste(text),
      // Reading needs the person's leave; without it the button does nothing, as it did before.
      () => {},
    );
  };
  element?.addEventListener('mouseup', copySelection);
  element?.addEventListener('auxclick', pasteByMiddleButton);
  return () => {
    element?.removeEventListener('mouseup', copySelection);
    element?.removeEventListener('auxclick', pasteByMiddleButton);
  };
}
