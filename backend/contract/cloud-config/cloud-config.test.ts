import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  type CloudForm,
  checkUserData,
  editCloudConfig,
  hashPlainPasswords,
  kindOfUserData,
  parseCloudConfig,
  readCloudForm,
  saltOf,
  sha512Crypt,
} from './index.ts';

const EMPTY: CloudForm = {
  hostname: '',
  user: '',
  passwordHash: '',
  passwordLogin: false,
  sshKeys: [],
  packages: [],
  files: [],
  script: '',
  timezone: '',
};
const HASH = sha512Crypt('secret', 'saltsalt');
const MOST = 512 * 1024;

const read = (text: string) => readCloudForm(parseCloudConfig(text));
/** As cloud-init reads it: YAML 1.1. */
const meaning = (text: string): Record<string, unknown> => parse(text, { schema: 'yaml-1.1', logLevel: 'error' }) ?? {};
const rules = (text: string) => checkUserData(text).map(({ line, severity, rule }) => `${line} ${severity} ${rule}`);

test('a form becomes the text that cloud-init reads', () => {
  const text = editCloudConfig('', {
    ...EMPTY,
    hostname: 'yes',
    user: 'ann',
    passwordHash: HASH,
    passwordLogin: true,
    sshKeys: ['ssh-ed25519 AAAA ann@host'],
    packages: ['nginx', '1e3'],
    files: [{ path: '/etc/a', owner: 'ann:ann', permissions: '0644', content: 'one\n\ttwo: #three\n' }],
    script: 'echo hi\necho "a: b"\n',
    timezone: 'Europe/Berlin',
  });
  expect(text.split('\n')[0]).toBe('#cloud-config');
  expect(meaning(text)).toEqual({
    hostname: 'yes',
    user: { name: 'ann' },
    password: HASH,
    chpasswd: { expire: false },
    ssh_pwauth: true,
    ssh_authorized_keys: ['ssh-ed25519 AAAA ann@host'],
    packages: ['nginx', '1e3'],
    write_files: [{ path: '/etc/a', owner: 'ann:ann', permissions: '0644', content: 'one\n\ttwo: #three\n', defer: true }],
    runcmd: ['echo hi\necho "a: b"\n'],
    timezone: 'Europe/Berlin',
  });
  expect(checkUserData(text)).toEqual([]);
});

test('what the form does not know, and comments, stay', () => {
  const text = `#cloud-config
# who
users:
  - default
  - name: ann # the boss
    groups: [sudo]
    ssh_authorized_keys:
      - ssh-ed25519 AAAA one # first
growpart: {mode: off}
write_files:
  - path: /a
    append: true
    content: x
  - path: /b
    content: y
`;
  const edited = editCloudConfig(text, {
    user: 'bob',
    passwordHash: HASH,
    packages: ['vim'],
    files: [
      { path: '/b', owner: '', permissions: '', content: 'y' },
      { path: '/a', owner: '', permissions: '', content: 'z' },
    ],
  });
  for (const comment of ['# who', '# the boss', '# first']) expect(edited).toContain(comment);
  expect(meaning(edited)).toEqual({
    users: ['default', { name: 'bob', groups: ['sudo'], ssh_authorized_keys: ['ssh-ed25519 AAAA one'], passwd: HASH, lock_passwd: false }],
    growpart: { mode: false },
    write_files: [
      { path: '/b', content: 'y' },
      { path: '/a', append: true, content: 'z' },
    ],
    packages: ['vim'],
  });
});

test('a cleared form leaves the header and what is not the form’s', () => {
  const made = editCloudConfig('', { user: 'ann', passwordHash: HASH, hostname: 'a', script: 'x' });
  expect(editCloudConfig(made, EMPTY)).toBe('#cloud-config\n');
  expect(editCloudConfig('#cloud-config\nhostname: a\nswap: { size: 1 }\n', EMPTY)).toBe('#cloud-config\nswap: { size: 1 }\n');
});

test('what the text writes in another way is named, and left alone', () => {
  const { form, textOnly } = read(
    '#cloud-config\nruncmd: [[ls, -l]]\npackages: [[a, "1"]]\nwrite_files: [{path: /a, encoding: b64, content: eA==}]\nssh_pwauth: unchanged\nhostname: h\n',
  );
  expect([...textOnly].sort()).toEqual(['files', 'packages', 'passwordLogin', 'script']);
  expect(form).toEqual({ ...EMPTY, hostname: 'h' });
});

const line = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => isText(text));
/** Control characters are refused everywhere; the form’s texts have none. */
function isText(text: string): boolean {
  return !/[^\P{Cc}]|\p{Cs}|[\ufffd-\uffff]/u.test(text);
}
const word = line.filter((text) => text !== '');
const anyForm: fc.Arbitrary<CloudForm> = fc.record({
  hostname: line,
  user: line,
  passwordHash: fc.constantFrom('', HASH),
  passwordLogin: fc.boolean(),
  sshKeys: fc.array(word, { maxLength: 3 }),
  packages: fc.array(word, { maxLength: 3 }),
  files: fc.uniqueArray(
    fc.record({ path: word, owner: line, permissions: line, content: fc.array(line, { maxLength: 4 }).map((lines) => lines.join('\n')) }),
    { maxLength: 3, selector: ({ path }) => path },
  ),
  script: fc.array(line, { maxLength: 4 }).map((lines) => lines.join('\n')),
  timezone: line,
});

test('every form comes back from its text as it was, also over another form', () => {
  fc.assert(
    fc.property(anyForm, anyForm, (before, after) => {
      const text = editCloudConfig(editCloudConfig('', before), after);
      expect(read(text)).toEqual({ form: after, textOnly: new Set() });
      expect(editCloudConfig(text, after)).toBe(text);
    }),
    { numRuns: 60 },
  );
});

test('an edit changes nothing but its field', () => {
  const key = fc.constantFrom('swap', 'mounts', 'bootcmd', 'growpart', 'ntp');
  fc.assert(
    fc.property(fc.dictionary(key, fc.jsonValue({ maxDepth: 3 })), anyForm, (others, form) => {
      fc.pre(isText(JSON.stringify(others)) && !JSON.stringify(others).includes('\\u'));
      const text = `#cloud-config\n# kept\n${JSON.stringify(others)}\n`;
      fc.pre(!parseCloudConfig(text).hasErrors);
      const { hostname, timezone } = form;
      const edited = meaning(editCloudConfig(text, { hostname, timezone }));
      const expected = { ...meaning(text), ...(hostname && { hostname }), ...(timezone && { timezone }) };
      expect(edited).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test('whatever the text is, the check answers, with lines that it has', () => {
  const piece = fc.constantFrom(
    'a: ',
    '&a ',
    '*a',
    '- ',
    '? ',
    '[',
    ']',
    '{',
    '}',
    '\n',
    '  ',
    '\t',
    '"',
    "'",
    '|\n',
    '!!x ',
    '<<: ',
    '#',
    ': ',
    '---\n',
    '%YAML 1.1\n',
    'users',
    'x',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 60 }), (pieces) => {
      const text = `#cloud-config\n${pieces.join('')}`;
      const lines = text.split('\n').length;
      const issues = checkUserData(text);
      for (const issue of issues) expect(issue.line).toSatisfy((number: number) => number >= 1 && number <= lines);
      if (!issues.some(({ severity }) => severity === 'error')) read(text);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['a map', '#cloud-config\npackages: [a]\n', []],
  ['nothing', '', []],
  ['a header alone', '#cloud-config', []],
  ['a script', '#!/bin/sh\necho\thi: [', []],
  ['an include', '#include\nhttps://example.org', ['1 warning unchecked']],
  ['no header', 'packages: [a]', ['1 error noHeader']],
  ['a header that is none', '# cloud-config\na: 1', ['1 error noHeader']],
  ['a longer header', '#cloud-configuration\na: 1', ['1 error noHeader']],
  ['too long', `#cloud-config\n#${'x'.repeat(MOST)}`, ['1 error tooLong']],
  ['binary', '#cloud-config\na: 1\nb: \u0000\u0001', ['3 error notText']],
  ['an undecodable byte', '#cloud-config\na: \ufffd', ['2 error notText']],
  ['a broken line', '#cloud-config\na: 1\nb: [1, 2\n', ['4 error syntax']],
  ['a tab', '#cloud-config\na:\n\tb: 1', ['3 error tab']],
  ['a key twice', '#cloud-config\nhostname: a\npackages: []\nhostname: b', ['4 error duplicateKey']],
  ['a tag', '#cloud-config\nruncmd: !!python/object/apply:os.system [ls]', ['2 error tag']],
  ['two documents', '#cloud-config\nhostname: a\n---\nhostname: b', ['3 error manyDocuments']],
  ['a list', '#cloud-config\n- a\n- b', ['2 error notMap']],
  ['a word', '#cloud-config\nhello', ['2 error notMap']],
  ['an unknown key', '#cloud-config\nhostname: a\npakages: [b]', ['3 warning unknownKey']],
  ['a text for a list', '#cloud-config\npackages: vim', ['2 error notList']],
  ['a list for a text', '#cloud-config\nhostname: [a]', ['2 error notTextValue']],
  ['a number for a text', '#cloud-config\nhostname: 007', ['2 error notTextValue']],
  ['a word for a flag', '#cloud-config\npackage_update: often', ['2 error notFlag']],
  ['a host name with a space', '#cloud-config\nhostname: a b', ['2 error hostname']],
  ['a user with a colon', '#cloud-config\nuser: {name: "a:b"}', ['2 error userName']],
  ['a user that is root and more', '#cloud-config\nusers:\n- default\n- {name: "A b"}', ['4 error userName']],
  ['a key that is none', '#cloud-config\nssh_authorized_keys:\n- ssh-ed25519 AAAA\n- hello', ['4 warning sshKey']],
  ['a relative path', '#cloud-config\nwrite_files:\n- path: a/b', ['3 error filePath']],
  ['no path', '#cloud-config\nwrite_files:\n- content: x', ['3 error filePathMissing']],
  ['permissions', '#cloud-config\nwrite_files:\n- path: /a\n  permissions: "999"', ['4 error permissions']],
  ['a time zone', '#cloud-config\ntimezone: ../../etc/shadow', ['2 error timezone']],
  ['a plain password', '#cloud-config\npassword: secret', ['2 warning plainPassword']],
  ['a hash', `#cloud-config\npassword: ${HASH}`, []],
])('checked: %s', (_, text, expected) => {
  expect(rules(text)).toEqual(expected);
});

test.each([
  ['brackets', '['.repeat(MOST - 100)],
  ['braces', '{a:'.repeat(MOST / 4)],
  ['dashes', '- '.repeat(MOST / 3)],
  ['keys', Array.from({ length: 50_000 }, (_, at) => `k${at}: 1`).join('\n')],
  ['items', '- a\n'.repeat(MOST / 5)],
  ['tags', '! '.repeat(MOST / 3)],
])('refused before it is parsed, which would take minutes: %s', (_, text) => {
  expect(checkUserData(`#cloud-config\n${text}`)).toMatchObject([{ severity: 'error', rule: 'tooComplex' }]);
});

test.each([
  [
    'that multiply',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((key, at) => `${key}: &${key} [${Array(9).fill(`*${'abcdefg'[at]}`)}]`).join('\n')}`,
    3,
  ],
  ['that hold themselves', 'a: &a [*a]', 2],
  ['that merge themselves', 'a: &a {<<: *a}', 2],
  ['of nothing', 'a: 1\nb: *c', 3],
])('aliases %s are refused at their line', (_, text, line) => {
  expect(checkUserData(`#cloud-config\n${text}`)).toMatchObject([{ severity: 'error', rule: 'aliases', line }]);
});

test('aliases that stand for a value are fine, and forms see through them', () => {
  const text = '#cloud-config\nx-keys: &keys [ssh-ed25519 AAAA a]\nssh_authorized_keys: *keys\n';
  expect(rules(text)).toEqual(['2 warning unknownKey']);
  expect(read(text).form.sshKeys).toEqual(['ssh-ed25519 AAAA a']);
});

test('no plain password is left', () => {
  const text = `#cloud-config
password: one1
users:
  - name: ann
    plain_text_passwd: two2
chpasswd:
  list: |
    root:three3
    ann:RANDOM
    bob:${HASH}
  users:
    - {name: eve, password: four4, type: text}
    - {name: joe, type: RANDOM}
`;
  expect(rules(text).filter((rule) => rule.endsWith('plainPassword'))).toHaveLength(4);
  const hashed = hashPlainPasswords(text, (password) => sha512Crypt(password, 'salt'));
  expect(hashed).not.toMatch(/one1|two2|three3|four4|plain_text/);
  const of = (password: string) => sha512Crypt(password, 'salt');
  expect(meaning(hashed)).toEqual({
    password: of('one1'),
    users: [{ name: 'ann', passwd: of('two2') }],
    chpasswd: {
      list: `root:${of('three3')}\nann:RANDOM\nbob:${HASH}\n`,
      users: [
        { name: 'eve', password: of('four4'), type: 'hash' },
        { name: 'joe', type: 'RANDOM' },
      ],
    },
  });
  expect(rules(hashed)).toEqual([]);
  expect(hashPlainPasswords(hashed, () => 'never')).toBe(hashed);
});

test('kinds of user data', () => {
  expect(['#!/bin/sh', '#cloud-config\r\na: 1', '#cloud-config-archive', 'MIME-Version: 1.0', 'x'].map(kindOfUserData)).toEqual([
    'script',
    'cloudConfig',
    'other',
    'other',
    'none',
  ]);
});

test('the same hash as crypt(3) makes', () => {
  // From the specification.
  expect(sha512Crypt('Hello world!', 'saltstring')).toBe(
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  );
  const password = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }).filter((text) => !/[\n\0]|\p{Cs}/u.test(text));
  const salt = fc.uint8Array({ minLength: 12, maxLength: 12 }).map(saltOf);
  fc.assert(
    fc.property(password, salt, (plain, salted) => {
      const theirs = execFileSync('openssl', ['passwd', '-6', '-salt', salted, '-stdin'], {
        input: plain,
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      expect(sha512Crypt(plain, salted)).toBe(theirs.toString().trim());
    }),
    { numRuns: 8 },
  );
});

test('a text with Windows line ends is read alike', () => {
  expect(read('#cloud-config\r\nhostname: a\r\npackages:\r\n  - b\r\n').form).toEqual({ ...EMPTY, hostname: 'a', packages: ['b'] });
});
