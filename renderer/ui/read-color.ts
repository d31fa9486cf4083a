let probe: HTMLElement | null = null;

/**
 * The colour that a token has now, as `rgb(…)`, for canvases, which do not understand `var()` or `light-dark()`.
 * Read again when the theme changes (see `onThemeChange`).
 */
export function readColor(token: `--color-${string}`): string {
  if (probe === null) {
    probe = document.createElement('span');
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(${token})`;
  return getComputedStyle(probe).color;
}

/** Calls when the system's or the page's theme changes; returns the way to stop. */
export function onThemeChange(listener: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', listener);
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => {
    system.removeEventListener('change', listener);
    observer.disconnect();
  };
}
