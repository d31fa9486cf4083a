import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IgnoreRules, IgnoreSyntaxError } from './dockerignore.ts';

/** Which of the paths are left out. */
function ignored(rules: string, ...paths: string[]): string[] {
  const parsed = new IgnoreRules(rules);
  return paths.filter((path) => parsed.ignores(path));
}

describe('a pattern', () => {
  // The table of https://github.com/moby/patternmatcher/blob/main/patternmatcher_test.go, as far as it is about Linux.
  test.each([
    ['**', ['file', 'dir/file'], []],
    ['**/', ['file', 'dir/file'], []],
    ['**/**', ['dir/file', 'dir/dir2/file'], []],
    ['dir/**', ['dir/file', 'dir/dir2/file'], ['dir', 'dir2/file']],
    ['**/dir2/*', ['dir/dir2/file', 'dir/dir2/dir2/file'], ['dir/file']],
    ['**file', ['file', 'dir/file'], ['file.txt', 'dirfile']],
    ['**/file*txt', ['dir/file.txt', 'dir/dir/file.txt', 'filetxt'], ['file.md']],
    ['**/**/*.txt', ['dir/dir/file.txt', 'file.txt'], ['dir/file.txt2']],
    ['a**/*.txt', ['a/file.txt', 'a/dir/file.txt', 'abc/file.txt'], ['b/file.txt']],
    ['a[b-d]e', ['abe', 'ade'], ['ae', 'aee']],
    ['a[^b-d]e', ['aze'], ['ace']],
    ['\\*', ['*'], ['star']],
    ['ab[c-e', [], []],
    ['a.|)$(}+{bc', ['a.|)$(}+{bc'], ['axbc']],
    ['dir/file', ['dir/file', 'dir/file/below'], ['dir', 'x/dir/file']],
    ['/dir', ['dir', 'dir/file'], ['x/dir']],
    ['./a/../b//c/', ['b/c', 'b/c/d'], ['a', 'b']],
    ['한글?', ['한글x', '한글글'], ['한글']],
  ] as const)('%s', (pattern, yes, no) => {
    if (pattern === 'ab[c-e') {
      expect(() => new IgnoreRules(`ok\n${pattern}`)).toThrow(IgnoreSyntaxError);
      expect(() => new IgnoreRules(`ok\n${pattern}`)).toThrow(expect.objectContaining({ line: 2 }));
      return;
    }
    expect(ignored(pattern, ...yes)).toEqual(yes);
    expect(ignored(pattern, ...no)).toEqual([]);
  });
});

test('comments, empty lines, a byte order mark and spaces around are nothing', () => {
  expect(ignored('\uFEFF# all\n\n  a  \r\n # is a name', 'a', '# is a name', '# all')).toEqual(['a', '# is a name']);
});

test('the last line that matches decides', () => {
  const paths = ['a.md', 'README.md', 'README-secret.md', 'docs/README.md'];
  expect(ignored('*.md\n!README*.md\nREADME-secret.md', ...paths)).toEqual(['a.md', 'README-secret.md']);
  expect(ignored('*.md\nREADME-secret.md\n!README*.md', ...paths)).toEqual(['a.md']);
});

test('an exception takes files out of a folder that is ignored, and says where it may be needed', () => {
  const rules = new IgnoreRules('node_modules\n!node_modules/keep/this\n!**/*.keep');
  expect(
    ['node_modules/x', 'node_modules/keep/this', 'node_modules/keep/that', 'node_modules/a.keep'].map((path) => rules.ignores(path)),
  ).toEqual([true, false, true, false]);
  expect(rules.mayTakeFrom('anything')).toBe(true);
  const literal = new IgnoreRules('*\n!src/app');
  expect(['src', 'src/app', 'src/app/deep', 'source', 'lib'].map((folder) => literal.mayTakeFrom(folder))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test('what a folder’s rules never let out of it needs no look into it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', '!a', 'a/b', '!a/b', '*/b', '!*/b', '!**/c', 'a/**', '!a/b/c', '*'), { maxLength: 6 }),
      fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 2, maxLength: 4 }),
      (lines, names) => {
        const rules = new IgnoreRules(lines.join('\n'));
        const folders = names.slice(0, -1).map((_, index) => names.slice(0, index + 1).join('/'));
        const reached = folders.every((folder) => !rules.ignores(folder) || rules.mayTakeFrom(folder));
        if (!reached) expect(rules.ignores(names.join('/'))).toBe(true);
      },
    ),
  );
});
