import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The page's policy is `script-src 'self'; style-src 'self'`: nothing inline, and no asset as a data: URL.
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    // Electron 45 and today's browsers: light-dark(), nesting and top-level await stay as they are written.
    target: ['chrome132', 'firefox133', 'safari18'],
    cssTarget: ['chrome132', 'firefox133', 'safari18'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
