import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptySpec } from '../../../backend/contract/index.ts';
import { specs } from '../../../testing/container-specs.ts';
import { fromDraft, toDraft } from './draft.ts';
import { mergeVariables, parseEnvFile } from './env-file.ts';

describe('the form', () => {
  test('says the spec that filled it', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const { spec: again, issues } = fromDraft(toDraft(spec));
        expect(issues).toEqual([]);
        expect(again).toEqual(spec);
      }),
      { numRuns: 100 },
    );
  });

  test('tells what it cannot say at its field, and says the rest', () => {
    const draft = toDraft({ ...emptySpec('nginx'), command: ['echo'] });
    draft.texts.memoryBytes = 'lots';
    draft.texts['health.intervalMs'] = 'soon';
    draft.lists.ulimits = ['nofile=1', 'nofile'];
    draft.ports = [
      { hostAddress: '', hostPort: '80', innerPort: '', protocol: 'tcp' },
      { hostAddress: 'here', hostPort: '80', innerPort: '80', protocol: 'tcp' },
    ];
    draft.mounts = [{ type: 'bind', source: './x', target: '/x', readOnly: false, rest: {} }];
    draft.pairs.env = [
      ['A', '1'],
      ['A', '2'],
      ['', 'x'],
    ];
    draft.name = 'no spaces';
    draft.entrypoint = "'open";
    const { spec, issues } = fromDraft(draft);
    expect(issues.map(({ field, reason }) => `${field} ${reason}`).sort()).toEqual([
      'entrypoint openQuote',
      'env.1 twice',
      'env.2 badPair',
      'health.intervalMs badDuration',
      'memoryBytes badSize',
      'mounts.0 relativePath',
      'name badName',
      'ports.0 badPort',
      'ports.0 badPort',
      'ulimits.1 badUlimit',
    ]);
    expect(spec).toMatchObject({ image: 'nginx', command: ['echo'], env: { A: '1' }, ulimits: [{ name: 'nofile', soft: 1, hard: 1 }] });
  });

  test('an image is needed; empty rows say nothing', () => {
    const draft = toDraft(emptySpec('x'));
    draft.image = ' ';
    draft.lists.dns = ['', ''];
    draft.pairs.labels = [['', '']];
    draft.mounts = [{ type: 'volume', source: '', target: '', readOnly: false, rest: {} }];
    expect(fromDraft(draft)).toMatchObject({ issues: [{ field: 'image', reason: 'noImage' }], spec: { dns: [], labels: {}, mounts: [] } });
  });
});

describe('an env file', () => {
  test('gives its variables, and tells the lines that say none', () => {
    const file = '\uFEFF# comment\n\nA=1\r\n  B = no\nC=a=b "c"\nHOME\n=x\nA=2\nD=';
    expect(parseEnvFile(file)).toEqual({
      variables: [
        ['A', '2'],
        ['C', 'a=b "c"'],
        ['D', ''],
      ],
      bad: [
        { line: 4, text: '  B = no' },
        { line: 6, text: 'HOME' },
        { line: 7, text: '=x' },
      ],
    });
  });

  test('replaces what is there under the same name', () => {
    expect(
      mergeVariables(
        [
          ['A', '1'],
          ['', ''],
          ['Z', '9'],
        ],
        [
          ['A', '2'],
          ['B', '3'],
        ],
      ),
    ).toEqual([
      ['A', '2'],
      ['Z', '9'],
      ['B', '3'],
    ]);
  });
});
