// Builds everything that runs into dist/: the renderer, the backend, Electron's shell, the guest's init program.
//
//   node scripts/build.mjs [--if-changed]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build as viteBuild } from 'vite';
import { buildGuestInit } from './build-guest.mjs';
import { root, say } from './project.mjs';
import { isBuilt, markBuilt, sourceStamp } from './source-stamp.mjs';

const dist = join(root, 'dist');

// Native modules, and those that load them, stay in node_modules; all else is bundled, because a start that opens one
// file is faster than one that opens six hundred.
const EXTERNAL = ['node-pty', 'ssh2', 'cpu-features', 'electron'];

/** @param {{ input: Record<string, string>, folder: string, preload?: boolean }} bundle */
function bundle({ input, folder, preload = false }) {
  return viteBuild({
    configFile: false,
    root,
    logLevel: 'warn',
    ssr: { target: 'node', noExternal: true, external: EXTERNAL },
    build: {
      ssr: true,
      target: 'node24',
      outDir: join(dist, folder),
      emptyOutDir: !preload,
      minify: false,
      sourcemap: true,
      rolldownOptions: preload
        ? {
            input,
            // A sandboxed preload script may not be an ES module. Of the contract it needs two names and no schema.
            output: { format: 'cjs', entryFileNames: '[name].cjs' },
            treeshake: { moduleSideEffects: false, manualPureFunctions: ['z'] },
          }
        : { input, output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' } },
    },
  });
}

export async function build() {
  const before = sourceStamp();
  mkdirSync(dist, { recursive: true });
  await viteBuild({
    configFile: join(root, 'renderer', 'vite.config.ts'),
    logLevel: 'warn',
    // It is read from this machine's disk, not over a network.
    build: { chunkSizeWarningLimit: 2000 },
  });
  await bundle({ input: { main: join(root, 'backend', 'main.ts') }, folder: 'backend' });
  await bundle({
    input: { main: join(root, 'electron', 'main.ts'), 'backend-process': join(root, 'electron', 'backend-process.ts') },
    folder: 'electron',
  });
  await bundle({ input: { preload: join(root, 'electron', 'preload.ts') }, folder: 'electron', preload: true });
  try {
    await buildGuestInit();
  } catch (error) {
    say(`The guest’s init could not be compiled, so virtual machines will not start: ${error instanceof Error ? error.message : error}`);
  }
  markBuilt(before);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--if-changed') && isBuilt()) process.exit(0);
  const start = performance.now();
  await build();
  say(`Built into dist/ in ${((performance.now() - start) / 1000).toFixed(1)} s.`);
}
