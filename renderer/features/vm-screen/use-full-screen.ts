import { useEffect, useState } from 'react';

/** Chromium's; others send the guest what the browser leaves. https://wicg.github.io/keyboard-lock/ */
interface LockableKeyboard {
  lock?: () => Promise<void>;
  unlock?: () => void;
}

/**
 * The whole page goes full screen, and the caller covers it: menus and dialogs stand beside the caller in the page and would
 * not be seen otherwise. Meanwhile also Esc and Alt+Tab go to the guest where the browser lets them; holding Esc ends it.
 */
export function useFullScreen(): { isFull: boolean; toggle: () => void } {
  const [isFull, setFull] = useState(false);
  useEffect(() => {
    const follow = () => setFull(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', follow);
    return () => {
      document.removeEventListener('fullscreenchange', follow);
      if (document.fullscreenElement !== null) void document.exitFullscreen();
    };
  }, []);
  const keyboard = (navigator as { keyboard?: LockableKeyboard }).keyboard;
  const toggle = () => {
    if (document.fullscreenElement !== null) {
      keyboard?.unlock?.();
      void document.exitFullscreen();
      return;
    }
    // Refused where no gesture of the person asks for it.
    document.documentElement.requestFullscreen().then(
      () => keyboard?.lock?.().catch(() => {}),
      () => {},
    );
  };
  return { isFull, toggle };
}
