import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { layeredArchive, layerTar, type LayerFile as TestFile } from '../../../testing/layered-image.ts';
import { type LayerFile, readLayers } from './archive.ts';
import { changesOf, type LayerChangeEntry, summaryOf } from './changes.ts';
import { findChanges, listFolder } from './listing.ts';

async function* inPieces(bytes: Buffer, size = 1000): AsyncGenerator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function layersOf(steps: Record<string, TestFile>[]): Promise<LayerChangeEntry[][]> {
  const archive = await layeredArchive([{ name: 'a:1', steps: steps.map((files) => ({ createdBy: 'test', files })) }]);
  return changesOf(await readLayers(inPieces(archive)));
}

const FOLDER: TestFile = { type: 'directory' };
const brief = (changes: LayerChangeEntry[] = []) =>
  changes.map(({ path, change, sizeBytes, hiddenBy }) => [path, change, sizeBytes, hiddenBy]);

test('what each layer adds, changes and removes, and what later layers hide of it', async () => {
  const layers = await layersOf([
    { 'etc/': FOLDER, 'etc/a': 'aaaa', 'etc/b': 'bb', big: 'x'.repeat(1000) },
    { 'etc/': FOLDER, 'etc/a': 'aaaaaa', new: 'n' },
    { '.wh.big': '', 'etc/.wh.b': '', '.wh.never': '' },
  ]);
  expect(brief(layers[0])).toEqual([
    ['big', 'added', 1000, 2],
    ['etc', 'added', 0, null],
    ['etc/a', 'added', 4, 1],
    ['etc/b', 'added', 2, 2],
  ]);
  expect(brief(layers[1])).toEqual([
    ['etc/a', 'changed', 6, null],
    ['new', 'added', 1, null],
  ]);
  expect(brief(layers[2])).toEqual([
    ['big', 'removed', 1000, null],
    ['etc/b', 'removed', 2, null],
  ]);
  const summary = summaryOf(layers);
  expect(summary.wastedBytes).toBe(1006);
  expect(summary.layers.map(({ wastedBytes }) => wastedBytes)).toEqual([1006, 0, 0]);
  expect(summary.layers[2]?.removed).toEqual({ files: 2, bytes: 1002 });
});

test('an opaque folder hides what was in it, and what is put there again has changed', async () => {
  const layers = await layersOf([
    { 'd/': FOLDER, 'd/keep': '1', 'd/sub/': FOLDER, 'd/sub/x': '22' },
    { 'd/': FOLDER, 'd/.wh..wh..opq': '', 'd/keep': '333' },
  ]);
  expect(brief(layers[1])).toEqual([
    ['d/keep', 'changed', 3, null],
    ['d/sub', 'removed', 0, null],
    ['d/sub/x', 'removed', 2, null],
  ]);
  expect(summaryOf(layers).wastedBytes).toBe(3);
});

test('a folder that becomes a file loses what was in it; one whose mode changes has changed', async () => {
  const layers = await layersOf([{ 'd/': FOLDER, 'd/x': '22' }, { 'd/': { type: 'directory', mode: 0o700 } }, { d: 'file' }]);
  expect(brief(layers[1])).toEqual([['d', 'changed', 0, 2]]);
  expect(brief(layers[2])).toEqual([
    ['d', 'changed', 4, null],
    ['d/x', 'removed', 2, null],
  ]);
});

test('paths stay within the root, whatever the archive says', async () => {
  const layers = await layersOf([{ '../../etc/passwd': 'x', './b//c': 'y', 'a/../../d': 'z', 'line\nbreak': '1', '‮rtl': '2' }]);
  expect(layers[0]?.map(({ path }) => path)).toEqual(['b/c', 'd', 'etc/passwd', 'line\nbreak', '‮rtl']);
});

test('a folder is listed with what is in it; names that sort around the slash do not break it', async () => {
  const layers = await layersOf([{ 'a/': FOLDER, 'a-b': '1', 'a/x': '22', 'a/y/z': '333', b: { type: 'symlink', linkname: 'a-b' } }]);
  const changes = layers[0] ?? [];
  expect(
    listFolder(changes, '', 0).entries.map(({ name, kind, inside, sizeBytes, change }) => [name, kind, inside, sizeBytes, change]),
  ).toEqual([
    ['a', 'folder', 2, 5, 'added'],
    ['a-b', 'file', 0, 1, 'added'],
    ['b', 'link', 0, 0, 'added'],
  ]);
  expect(listFolder(changes, 'a', 0).entries.map(({ path, change }) => [path, change])).toEqual([
    ['a/y', null],
    ['a/x', 'added'],
  ]);
  expect(listFolder(changes, 'a', 1).entries.map(({ path }) => path)).toEqual(['a/x']);
  expect(findChanges(changes, { text: 'A Y', changes: [], wastedOnly: false, offset: 0 }).entries.map(({ path }) => path)).toEqual([
    'a/y/z',
  ]);
  expect(findChanges(changes, { text: '', changes: ['removed'], wastedOnly: false, offset: 0 }).total).toBe(0);
});

test('layers in OCI’s layout, compressed, and layers that are links to another are read alike', async () => {
  const first = await layerTar({ one: '1' });
  const second = await layerTar({ two: '22' });
  const archive = pack();
  archive.entry({ name: 'oci-layout' }, '{"imageLayoutVersion":"1.0.0"}');
  archive.entry({ name: 'index.json' }, '{}');
  archive.entry({ name: 'blobs/sha256/aaa' }, gzipSync(first));
  archive.entry({ name: 'blobs/sha256/bbb' }, second);
  archive.entry({ name: 'blobs/sha256/ccc' }, '{"architecture":"amd64"}');
  archive.entry({ name: 'old/layer.tar', type: 'symlink', linkname: '../blobs/sha256/aaa' });
  archive.entry({ name: 'manifest.json' }, JSON.stringify([{ Layers: ['old/layer.tar', 'blobs/sha256/bbb'] }]));
  archive.finalize();
  const layers = await readLayers(inPieces(await buffer(archive), 777));
  expect(layers.map((files) => files.map(({ path, sizeBytes }) => [path, sizeBytes]))).toEqual([[['one', 1]], [['two', 2]]]);
});

test('an archive that is cut off, names no image or lacks a layer is told as such', async () => {
  const whole = await layeredArchive([{ name: 'a:1', steps: [{ createdBy: 'x', files: { a: 'x'.repeat(5000) } }] }]);
  const words = (bytes: Buffer) => readLayers(inPieces(bytes)).catch((error) => error.problem.params.message);
  expect(await words(whole.subarray(0, 3000))).toBe('it ends in the middle');
  expect(await words(await layerTar({ a: 'b' }))).toBe('it names no image');
  const lacking = pack();
  lacking.entry({ name: 'junk.tar' }, 'x'.repeat(2000));
  lacking.entry({ name: 'manifest.json' }, JSON.stringify([{ Layers: ['nowhere.tar'] }]));
  lacking.finalize();
  expect(await words(await buffer(lacking))).toContain('nowhere.tar');
  const broken = pack();
  broken.entry({ name: 'l.tar' }, 'no tar '.repeat(300));
  broken.entry({ name: 'manifest.json' }, JSON.stringify([{ Layers: ['l.tar'] }]));
  broken.finalize();
  expect(await words(await buffer(broken))).toBe('it is no tar archive');
});

test('whatever layers do, what is left of them is what a machine sees', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const action = fc.record({ path, what: fc.constantFrom('file', 'folder', 'whiteout', 'opaque'), size: fc.nat(100) });
  const layer = fc
    .uniqueArray(action, { selector: ({ path: at }) => at, maxLength: 6 })
    .map((actions) => actions.filter(keepsFoldersFolders));
  fc.assert(
    fc.property(fc.array(layer, { maxLength: 5 }), (stack) => {
      const files = stack.map((actions) => actions.map(toFile));
      const seen = new Map<string, number>();
      for (const actions of stack) {
        for (const { path: at, what } of actions) {
          if (what === 'whiteout') drop(seen, at, true);
          if (what === 'opaque') drop(seen, at, false);
        }
        for (const { path: at, what, size } of actions) {
          if (what !== 'file' && what !== 'folder') continue;
          // Neither a file in the place of another nor one on the way stays.
          for (const other of [...seen.keys()]) if (other === at || at.startsWith(`${other}/`)) seen.delete(other);
          if (what === 'folder') continue;
          drop(seen, at, false);
          seen.set(at, size);
        }
      }
      const changes = changesOf(files);
      const left = changes.flat().filter(({ kind, change, hiddenBy }) => kind === 'file' && change !== 'removed' && hiddenBy === null);
      expect(new Map(left.map(({ path: at, sizeBytes }) => [at, sizeBytes]))).toEqual(seen);
      const all = files.flat().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const visible = [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
      expect(summaryOf(changes).wastedBytes).toBe(all - visible);
    }),
    { numRuns: 500 },
  );
});

interface Action {
  path: string;
  what: string;
  size: number;
}

/** In one layer nothing lies below a file: engines do not write such layers. */
function keepsFoldersFolders({ path }: Action, _index: number, actions: Action[]): boolean {
  return !actions.some((other) => other.what !== 'opaque' && other.what !== 'folder' && path.startsWith(`${other.path}/`));
}

function toFile({ path, what, size }: Action): LayerFile {
  const at = { whiteout: path.replace(/([^/]+)$/, '.wh.$1'), opaque: `${path}/.wh..wh..opq` }[what] ?? path;
  return {
    path: at,
    type: what === 'folder' ? 'directory' : 'file',
    sizeBytes: what === 'file' ? size : 0,
    mode: 0o755,
    uid: 0,
    gid: 0,
    linkTarget: null,
  };
}

function drop(seen: Map<string, number>, path: string, itself: boolean): void {
  for (const at of [...seen.keys()]) if ((itself && at === path) || at.startsWith(`${path}/`)) seen.delete(at);
}
