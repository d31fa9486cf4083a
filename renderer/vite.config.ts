import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const root = import.meta.dirname;

// The page's policy is `script-src 'self'; style-src 'self'`: nothing inline, and no asset as a data: URL.
export default defineConfig({
  root,
  base: '/',
  plugins: [react()],
  build: {
    outDir: join(root, '..', 'dist', 'renderer'),
    emptyOutDir: true,
    // Electron 45 and today's browsers: light-dark(), nesting and top-level await stay as they are written.
    target: ['chrome132', 'firefox133', 'safari18'],
    cssTarget: ['chrome132', 'firefox133', 'safari18'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
