// Before anything else; a file of its own, because the page's policy forbids inline scripts.

// The theme that was chosen last, or the system's: the first paint already has it.
try {
  const theme = localStorage.getItem('catamaran.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system's theme is shown until the settings have come.
}

// Chromium fails whatever it is loading when a network interface comes up (ERR_NETWORK_CHANGED), and every container that
// starts brings one: a page whose script or style sheet was hit loads itself again, a few times at most.
const RELOADS = 'catamaran.reloads';
let failed = false;
addEventListener(
  'error',
  ({ target }) => {
    if (failed || !(target instanceof HTMLScriptElement || target instanceof HTMLLinkElement)) return;
    // Only fetched ahead: whoever needs it asks again (lazy-page.ts), and somebody may be at work on the page.
    if (target.rel === 'modulepreload') return;
    failed = true;
    const reloads = Number(sessionStorage.getItem(RELOADS) ?? 0);
    if (reloads >= 5) return;
    sessionStorage.setItem(RELOADS, String(reloads + 1));
    setTimeout(() => location.reload(), 200);
  },
  true,
);
addEventListener('load', () => {
  if (!failed) sessionStorage.removeItem(RELOADS);
});
