import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** Who may import whom: a room, and the rooms that its files may import besides their own. Tests are free. */
const ALLOWED: Record<string, string[]> = {
  'backend/contract': [],
  'backend/core': ['backend/contract'],
  'backend/hosts': ['backend/core', 'backend/contract'],
  'backend/drivers': ['backend/hosts', 'backend/core', 'backend/contract'],
  'backend/drivers/docker': ['backend/drivers', 'backend/hosts', 'backend/core', 'backend/contract'],
  'backend/drivers/qemu': ['backend/drivers', 'backend/hosts', 'backend/core', 'backend/contract'],
  'backend/settings': ['backend/core', 'backend/contract'],
  'backend/tasks': ['backend/core', 'backend/contract'],
  'backend/transfers': ['backend/core', 'backend/contract'],
  'backend/downloads': ['backend/hosts', 'backend/core', 'backend/contract'],
  'backend/guest-images': ['backend/downloads', 'backend/transfers', 'backend/tasks', 'backend/hosts', 'backend/core', 'backend/contract'],
  'backend/images': ['backend/transfers', 'backend/tasks', 'backend/drivers', 'backend/hosts', 'backend/core', 'backend/contract'],
  'backend/builds': ['backend/transfers', 'backend/tasks', 'backend/drivers', 'backend/hosts', 'backend/core', 'backend/contract'],
  'backend/files': ['backend/transfers', 'backend/tasks', 'backend/drivers', 'backend/hosts', 'backend/core', 'backend/contract'],
  'backend/inventory': ['backend/drivers', 'backend/hosts', 'backend/core', 'backend/contract'],
  'backend/isolation': ['backend/drivers', 'backend/hosts', 'backend/core', 'backend/contract'],
  'backend/metrics': ['backend/drivers', 'backend/hosts', 'backend/core', 'backend/contract'],
  'backend/terminals': ['backend/drivers', 'backend/hosts', 'backend/core', 'backend/contract'],
  'backend/displays': ['backend/transfers', 'backend/drivers', 'backend/core', 'backend/contract'],
  'backend/logs': ['backend/transfers', 'backend/drivers', 'backend/hosts', 'backend/core', 'backend/contract'],
  'backend/machines': [
    'backend/inventory',
    'backend/images',
    'backend/tasks',
    'backend/drivers',
    'backend/hosts',
    'backend/core',
    'backend/contract',
  ],
  'backend/virtual-machines': [
    'backend/machines',
    'backend/guest-images',
    'backend/inventory',
    'backend/images',
    'backend/transfers',
    'backend/tasks',
    'backend/drivers',
    'backend/hosts',
    'backend/core',
    'backend/contract',
  ],
  'backend/stacks': [
    'backend/machines',
    'backend/inventory',
    'backend/tasks',
    'backend/drivers',
    'backend/hosts',
    'backend/core',
    'backend/contract',
  ],
  'backend/api': [
    'backend/virtual-machines',
    'backend/stacks',
    'backend/machines',
    'backend/logs',
    'backend/displays',
    'backend/inventory',
    'backend/builds',
    'backend/images',
    'backend/guest-images',
    'backend/isolation',
    'backend/files',
    'backend/metrics',
    'backend/terminals',
    'backend/transfers',
    'backend/tasks',
    'backend/settings',
    'backend/drivers',
    'backend/hosts',
    'backend/core',
    'backend/contract',
  ],
  'backend/web': [
    'backend/api',
    'backend/terminals',
    'backend/displays',
    'backend/transfers',
    'backend/settings',
    'backend/core',
    'backend/contract',
  ],
  electron: [
    'backend',
    'backend/api',
    'backend/terminals',
    'backend/displays',
    'backend/transfers',
    'backend/settings',
    'backend/core',
    'backend/contract',
  ],
  'renderer/backend': ['backend/contract', 'renderer/platform'],
  'renderer/stores': ['backend/contract', 'renderer/backend', 'renderer/platform'],
  'renderer/features': ['backend/contract', 'renderer/stores', 'renderer/backend', 'renderer/ui', 'renderer/i18n'],
  'renderer/ui': [],
  'renderer/i18n': ['backend/contract'],
  'renderer/platform': ['backend/contract'],
};

/** They run in any JavaScript: what the contract is written in, and what reads and hashes texts for both sides alike. */
const CONTRACT_PACKAGES = /^(zod|yaml|@orpc\/.+|@noble\/hashes\/.+)$/;

/** The composition roots: they see everything on their side of the wall. */
const ROOTS = ['backend', 'renderer'];

test('every file imports only from the rooms that the floor plan allows', () => {
  const wrong: string[] = [];
  for (const file of sources()) {
    const room = roomOf(file);
    if (room === null || ROOTS.includes(room)) continue;
    for (const target of imports(file)) {
      const targetRoom = roomOf(target);
      if (targetRoom === null || targetRoom === room || ALLOWED[room]?.includes(targetRoom)) continue;
      wrong.push(`${file} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('the contract knows neither Node nor the page, and only the shell knows Electron', () => {
  const wrong: string[] = [];
  for (const file of sources()) {
    for (const name of packages(file)) {
      if (file.startsWith('backend/contract/') && !CONTRACT_PACKAGES.test(name)) wrong.push(`${file} imports ${name}`);
      if (file.startsWith('renderer/') && name.startsWith('node:')) wrong.push(`${file} imports ${name}`);
      if (!file.startsWith('electron/') && name === 'electron') wrong.push(`${file} imports ${name}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('the renderer imports the contract and nothing else of the backend', () => {
  const wrong = sources()
    .filter((file) => file.startsWith('renderer/'))
    .flatMap((file) => imports(file).map((target) => `${file} imports ${target}`))
    .filter((line) => / imports backend\/(?!contract\/)/.test(line));
  expect(wrong).toEqual([]);
});

test('every folder with code has a place in the plan', () => {
  const rooms = new Set(sources().map((file) => roomOf(file) ?? `outside the plan: ${file}`));
  expect([...rooms].filter((room) => !ROOTS.includes(room) && ALLOWED[room] === undefined)).toEqual([]);
});

function sources(): string[] {
  return ['backend', 'electron', 'renderer'].filter((folder) => existsSync(join(root, folder))).flatMap(walk);
}

function walk(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return walk(path);
    return /\.tsx?$/.test(entry.name) && !/(\.test|-suite)\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

/** The longest room of the plan that holds the file. */
function roomOf(file: string): string | null {
  const folder = dirname(file);
  if (ROOTS.includes(folder)) return folder;
  const rooms = Object.keys(ALLOWED).filter((room) => folder === room || folder.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0] ?? null;
}

function specifiers(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)['"]([^'"]+)['"]/g)].map((match) => match[1] ?? '');
}

function imports(file: string): string[] {
  return specifiers(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => relative(root, resolve(root, dirname(file), specifier)));
}

function packages(file: string): string[] {
  return specifiers(file).filter((specifier) => !specifier.startsWith('.'));
}
