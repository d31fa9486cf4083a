// Before the first paint: the theme that was chosen last, or the system's. A file of its own, because the page's policy forbids inline scripts.
try {
  const theme = localStorage.getItem('catamaran.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system's theme is shown until the settings have come.
}
