import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeLz4Legacy } from './lz4.ts';

const MAGIC = Buffer.from([0x02, 0x21, 0x4c, 0x18]);

/** A legacy frame around blocks that are packed already. */
function frame(...blocks: Buffer[]): Buffer {
  const sized = blocks.flatMap((block) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(block.length);
    return [size, block];
  });
  return Buffer.concat([MAGIC, ...sized]);
}

/** The length's rest, as the format writes what does not fit into a nibble. */
function rest(length: number): number[] {
  if (length < 15) return [];
  const whole = Math.floor((length - 15) / 255);
  return [...new Array<number>(whole).fill(255), (length - 15) % 255];
}

interface Sequence {
  literals: Buffer;
  match: { offset: number; length: number } | null;
}

/** Packs sequences as they are said, and what they must unpack to by the format's own words. */
function pack(sequences: Sequence[]): { block: Buffer; plain: Buffer } {
  const block: number[] = [];
  const plain: number[] = [];
  for (const { literals, match } of sequences) {
    const short = match === null ? 0 : match.length - 4;
    block.push((Math.min(15, literals.length) << 4) | Math.min(15, short), ...rest(literals.length), ...literals);
    plain.push(...literals);
    if (match === null) continue;
    block.push(match.offset & 255, match.offset >> 8, ...rest(short));
    for (let index = 0; index < match.length; index++) plain.push(plain[plain.length - match.offset] as number);
  }
  return { block: Buffer.from(block), plain: Buffer.from(plain) };
}

const literals = (minLength: number) => fc.uint8Array({ minLength, maxLength: 600 }).map((bytes) => Buffer.from(bytes));

describe('an LZ4 legacy frame', () => {
  test('unpacks every sequence, with matches that overlap themselves and lengths of many bytes', () => {
    const inner = fc.record({ literals: literals(1), distance: fc.nat(), length: fc.integer({ min: 4, max: 900 }) });
    fc.assert(
      fc.property(fc.array(inner, { maxLength: 8 }), literals(0), (items, last) => {
        let size = 0;
        const sequences: Sequence[] = items.map((item) => {
          size += item.literals.length;
          const offset = 1 + (item.distance % Math.min(size, 65_535));
          size += item.length;
          return { literals: item.literals, match: { offset, length: item.length } };
        });
        const { block, plain } = pack([...sequences, { literals: last, match: null }]);
        expect(decodeLz4Legacy(frame(block)).equals(plain)).toBe(true);
      }),
    );
  });

  test('unpacks what the lz4 command has packed', () => {
    // printf 'abcabcabcabcabcabcabcabc END' | lz4 -l
    const packed = Buffer.from('02214c180d0000003f616263030001506320454e44', 'hex');
    expect(decodeLz4Legacy(packed).toString()).toBe(`${'abc'.repeat(8)} END`);
  });

  test('joins its blocks, and leaves out the size that the kernel’s build puts behind them', () => {
    const one = pack([{ literals: Buffer.from('one'), match: null }]).block;
    const two = pack([{ literals: Buffer.from('two'), match: null }]).block;
    const trailer = Buffer.from([6, 0, 0, 0]);
    expect(decodeLz4Legacy(Buffer.concat([frame(one, two), trailer])).toString()).toBe('onetwo');
  });

  test('is refused when it is none, cut off, or reaches before its start', () => {
    expect(() => decodeLz4Legacy(Buffer.from('no frame at all'))).toThrow(RangeError);
    const { block } = pack([{ literals: Buffer.from('x'.repeat(40)), match: null }]);
    expect(() => decodeLz4Legacy(frame(block).subarray(0, 20))).toThrow(RangeError);
    const wild = pack([{ literals: Buffer.from('ab'), match: { offset: 2, length: 4 } }]).block;
    wild[3] = 9;
    expect(() => decodeLz4Legacy(frame(wild))).toThrow(RangeError);
  });
});
