import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContextEntry } from '../../builds.ts';
import { includeOnly } from './follow-paths.ts';
import { encodeMessage, fieldsOf } from './protobuf.ts';
import { decodeStatus } from './trace.ts';

describe('Protocol Buffers', () => {
  test('numbers and bytes survive the wire', () => {
    const field = fc.tuple(
      fc.integer({ min: 1, max: 2 ** 29 - 1 }),
      fc.oneof(fc.integer({ min: 1, max: 2 ** 53 - 1 }), fc.uint8Array({ minLength: 0 })),
    );
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const read = [...fieldsOf(encodeMessage(fields))];
        expect(read).toEqual(fields.map(([number, value]) => ({ number, value: typeof value === 'number' ? value : Buffer.from(value) })));
      }),
    );
  });

  test('whatever is no message is refused, and not read beyond its end', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          decodeStatus(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

test('a trace as Docker 20.10 sent it', () => {
  // Of `FROM scratch` + `COPY a /a`: one vertex, completed, with an input.
  const vertex = encodeMessage([
    [1, 'sha256:aa'],
    [2, 'sha256:bb'],
    [3, '[1/1] COPY a /a'],
    [4, 1],
    [
      5,
      encodeMessage([
        [1, 1_795_335_729],
        [2, 500_000_000],
      ]),
    ],
  ]);
  const log = encodeMessage([
    [1, 'sha256:aa'],
    [3, 2],
    [4, Buffer.from('oh\n')],
  ]);
  expect(
    decodeStatus(
      encodeMessage([
        [1, vertex],
        [3, log],
      ]),
    ),
  ).toEqual({
    vertexes: [
      {
        digest: 'sha256:aa',
        inputs: ['sha256:bb'],
        name: '[1/1] COPY a /a',
        cached: true,
        startedAtMs: 1_795_335_729_500,
        completedAtMs: null,
        error: '',
      },
    ],
    statuses: [],
    logs: [{ vertex: 'sha256:aa', timeMs: null, stream: 2, message: Buffer.from('oh\n') }],
  });
});

describe('what is asked for of a context', () => {
  const file = (path: string): ContextEntry => ({ path, kind: 'file', mode: 0o644, sizeBytes: 1, modifiedMs: 0, linkTarget: '' });
  const folder = (path: string): ContextEntry => ({ ...file(path), kind: 'folder', sizeBytes: 0 });
  const link = (path: string, linkTarget: string): ContextEntry => ({ ...file(path), kind: 'link', sizeBytes: 0, linkTarget });
  const entries = [
    file('.dockerignore'),
    folder('a'),
    folder('a/b'),
    file('a/b/c'),
    file('a/x.go'),
    folder('d'),
    link('d/e', '../a/b'),
    link('f', '/d/e'),
    file('g[1]'),
  ];
  test.each([
    [[], entries.map(({ path }) => path)],
    [['.'], entries.map(({ path }) => path)],
    [['/'], entries.map(({ path }) => path)],
    [['.dockerignore'], ['.dockerignore']],
    [['a/*.go'], ['a', 'a/x.go']],
    [['/a/b/'], ['a', 'a/b', 'a/b/c']],
    [['f/c'], ['a', 'a/b', 'a/b/c', 'd', 'd/e', 'f']],
    [['g\\[1\\]', 'nothing'], ['g[1]']],
  ])('%j', (patterns, paths) => {
    expect(includeOnly(entries, patterns).map(({ path }) => path)).toEqual(paths);
  });
});
