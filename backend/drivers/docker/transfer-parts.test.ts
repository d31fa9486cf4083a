import { expect, test } from 'vitest';
import { TransferParts } from './transfer-parts.ts';

test('the layers of a pull as Docker tells of them', () => {
  const parts = new TransferParts();
  expect(parts.add({ status: 'Pulling from library/debian', id: '12' })).toBe(false);
  parts.add({ status: 'Already exists', progressDetail: {}, id: 'base' });
  parts.add({ status: 'Pulling fs layer', progressDetail: {}, id: 'a' });
  parts.add({ status: 'Waiting', progressDetail: {}, id: 'a' });
  expect(parts.progress.parts[1]).toEqual({ id: 'a', state: 'waiting', doneBytes: null, totalBytes: null });
  parts.add({ status: 'Downloading', progressDetail: { current: 10, total: 100 }, id: 'a' });
  expect(parts.progress).toEqual({
    step: 'Downloading',
    parts: [
      { id: 'base', state: 'present', doneBytes: null, totalBytes: null },
      { id: 'a', state: 'downloading', doneBytes: 10, totalBytes: 100 },
    ],
  });
  parts.add({ status: 'Retrying in 5 seconds', progressDetail: {}, id: 'a' });
  expect(parts.progress.parts[1]).toMatchObject({ state: 'waiting', doneBytes: 10 });
  parts.add({ status: 'Verifying Checksum', progressDetail: {}, id: 'a' });
  parts.add({ status: 'Download complete', progressDetail: {}, id: 'a' });
  expect(parts.progress.parts[1]).toEqual({ id: 'a', state: 'downloaded', doneBytes: 100, totalBytes: 100 });
  // The bytes of unpacking are others: they would run backwards.
  parts.add({ status: 'Extracting', progressDetail: { current: 1, total: 100 }, id: 'a' });
  expect(parts.progress.parts[1]).toMatchObject({ state: 'extracting', doneBytes: 100 });
  parts.add({ status: 'Pull complete', progressDetail: {}, id: 'a' });
  expect(parts.progress.parts[1]).toMatchObject({ state: 'done' });
});

test('Podman says no more than that a layer has come: the end of all is the end of each', () => {
  const parts = new TransferParts();
  parts.add({ status: 'Already exists', progressDetail: {}, id: 'base' });
  parts.add({ status: 'Pulling fs layer', progressDetail: {}, id: 'a' });
  parts.add({ status: 'Download complete', progressDetail: {}, id: 'a' });
  parts.finish();
  expect(parts.progress.parts.map(({ state }) => state)).toEqual(['present', 'done']);
});

test('a push counts no more than there is, though the tar’s padding goes along', () => {
  const parts = new TransferParts();
  parts.add({ status: 'Preparing', progressDetail: {}, id: 'a' });
  parts.add({ status: 'Pushing', progressDetail: { current: 1_996_800, total: 1_982_401 }, id: 'a' });
  expect(parts.progress.parts).toEqual([{ id: 'a', state: 'uploading', doneBytes: 1_982_401, totalBytes: 1_982_401 }]);
  parts.add({ status: 'Mounted from team/base', progressDetail: {}, id: 'b' });
  parts.add({ status: 'Layer already exists', progressDetail: {}, id: 'c' });
  expect(parts.progress.parts.slice(1).map(({ state }) => state)).toEqual(['present', 'present']);
});
