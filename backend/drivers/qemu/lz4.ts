const LEGACY_MAGIC = 0x184c2102;

/**
 * The "legacy" frame of LZ4 that the kernel's own build uses: a magic number, then blocks, each with its compressed size.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md#legacy-frame
 *
 * @throws RangeError when it is not that, or is damaged
 */
export function decodeLz4Legacy(input: Buffer): Buffer {
  if (input.length < 8 || input.readUInt32LE(0) !== LEGACY_MAGIC) throw new RangeError('not an LZ4 legacy frame');
  const blocks: Buffer[] = [];
  let at = 4;
  // What is left may be the kernel build's trailer: the unpacked size, four bytes.
  while (at + 4 < input.length) {
    const size = input.readUInt32LE(at);
    at += 4;
    if (size === LEGACY_MAGIC) continue;
    if (at + size > input.length) throw new RangeError('an LZ4 block is cut off');
    blocks.push(decodeBlock(input.subarray(at, at + size)));
    at += size;
  }
  return Buffer.concat(blocks);
}

/** A legacy block never unpacks to more. */
const BLOCK_BYTES = 8 * 1024 * 1024;

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */
function decodeBlock(input: Buffer): Buffer {
  const output = Buffer.allocUnsafe(BLOCK_BYTES);
  let from = 0;
  let to = 0;
  const lengthFrom = (nibble: number): number => {
    let length = nibble;
    if (nibble !== 15) return length;
    for (let more = 255; more === 255; ) {
      more = input[from++] ?? fail();
      length += more;
    }
    return length;
  };
  while (from < input.length) {
    const token = input[from++] as number;
    const literals = lengthFrom(token >> 4);
    if (from + literals > input.length || to + literals > BLOCK_BYTES) fail();
    input.copy(output, to, from, from + literals);
    from += literals;
    to += literals;
    if (from === input.length) break;
    const offset = (input[from] ?? fail()) | ((input[from + 1] ?? fail()) << 8);
    from += 2;
    const match = lengthFrom(token & 15) + 4;
    if (offset === 0 || offset > to || to + match > BLOCK_BYTES) fail();
    // Source and target may overlap: then the bytes just written repeat.
    if (offset >= match) output.copyWithin(to, to - offset, to - offset + match);
    else for (let index = 0; index < match; index++) output[to + index] = output[to + index - offset] as number;
    to += match;
  }
  return output.subarray(0, to);
}

function fail(): never {
  throw new RangeError('an LZ4 block is damaged');
}
