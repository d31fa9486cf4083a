import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote, quoteAll } from './quote.ts';

/** What real shells make of the line. */
function argumentsSeen(shell: string, line: string): string[] {
  const output = execFileSync(shell, ['-c', `printf '%s\\0' ${line}`], { encoding: 'buffer' });
  return output.toString('utf8').split('\0').slice(0, -1);
}

const argument = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom("'", '"', '\\', '$', '`', '!', '*', '~', '\n', ' ', '-', ';', '&', '|', '(', '#', 'é', '한', '🛶'),
      maxLength: 20,
    }),
  )
  .filter((text) => !text.includes('\0'))
  // Lone surrogates are no text: they have no UTF-8.
  .map((text) => text.toWellFormed());

test.each(['sh', 'bash'])('%s reads what was meant', (shell) => {
  fc.assert(
    fc.property(fc.array(argument, { minLength: 1, maxLength: 8 }), (argv) => {
      expect(argumentsSeen(shell, quoteAll(argv))).toEqual(argv);
    }),
    { numRuns: 150 },
  );
});

test('plain words stay readable, nothing is never lost, NUL is refused', () => {
  expect(quote('/usr/bin/qemu-img')).toBe('/usr/bin/qemu-img');
  expect(quote('')).toBe("''");
  expect(quote("it's")).toBe(`'it'"'"'s'`);
  expect(quote('~')).toBe("'~'");
  expect(() => quote('a\0b')).toThrow(RangeError);
});
