import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HEX_DIGITS } from '../contract/index.ts';
import { publishedSum } from './published-sum.ts';

const SUM = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);
const sha256 = { algorithm: 'sha256', format: 'list' } as const;

test('finds a name in the lists that distributions publish', () => {
  expect(publishedSum(`${OTHER} *a.img\n${SUM} *b.img\n`, 'b.img', sha256)).toBe(SUM);
  expect(publishedSum(`${OTHER}  ./a.img\r\n${SUM}  ./b.img\r\n`, 'b.img', sha256)).toBe(SUM);
  const fedora = `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

# b.qcow2: 583532544 bytes
SHA256 (a.qcow2) = ${OTHER}
SHA256 (b.qcow2) = ${SUM.toUpperCase()}
-----BEGIN PGP SIGNATURE-----`;
  expect(publishedSum(fedora, 'b.qcow2', sha256)).toBe(SUM);
  expect(publishedSum(`${'ef'.repeat(64)}\n`, 'any', { algorithm: 'sha512', format: 'single' })).toBe('ef'.repeat(64));
  expect(publishedSum(`${'ef'.repeat(64)}  any.qcow2\n`, 'any.qcow2', { algorithm: 'sha512', format: 'single' })).toBe('ef'.repeat(64));
});

test('takes no sum of another length, of another name, or of a page that says it is sorry', () => {
  expect(publishedSum(`${'ab'.repeat(20)}  b.img\n`, 'b.img', sha256)).toBeNull();
  expect(publishedSum(`${SUM}  bb.img\n${SUM}  b.img.asc\n`, 'b.img', sha256)).toBeNull();
  expect(publishedSum('<html><body>Not found</body></html>', 'b.img', sha256)).toBeNull();
  expect(publishedSum(`SHA512 (b.img) = ${SUM}`, 'b.img', sha256)).toBeNull();
  expect(publishedSum(`${SUM}${SUM}`, 'b.img', { algorithm: 'sha256', format: 'single' })).toBeNull();
});

test('whatever list is written, what was written is read', () => {
  const hex = (digits: number) => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });
  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$/);
  const style = fc.constantFrom('gnu', 'binary', 'bsd');
  fc.assert(
    fc.property(
      fc.constantFrom('sha256', 'sha512'),
      fc.uniqueArray(name, { minLength: 1 }),
      style,
      fc.infiniteStream(hex(128)),
      (algorithm, names, kind, sums) => {
        const listed = new Map(names.map((one) => [one, (sums.next().value as string).slice(0, HEX_DIGITS[algorithm])]));
        const lines = [...listed].map(([one, sum]) =>
          kind === 'bsd' ? `${algorithm.toUpperCase()} (${one}) = ${sum}` : `${sum} ${kind === 'gnu' ? ' ' : '*'}${one}`,
        );
        for (const [one, sum] of listed) expect(publishedSum(lines.join('\n'), one, { algorithm, format: 'list' })).toBe(sum);
      },
    ),
  );
});
