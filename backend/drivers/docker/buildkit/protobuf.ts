/**
 * The wire format of Protocol Buffers, as far as BuildKit's few messages need it: varints and length-delimited fields.
 * https://protobuf.dev/programming-guides/encoding/
 */

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** A field as it stands on the wire: a number for a varint, bytes for everything that has a length. */
export type ProtoField = { number: number; value: number } | { number: number; value: Uint8Array };

/** @throws RangeError for bytes that are no message. Fields of fixed size are passed over. */
export function* fieldsOf(message: Uint8Array): Generator<ProtoField, void> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) throw new RangeError('a message ends within a number');
      // Beyond 2^53 digits are lost; only negative 32-bit numbers reach so far, and none of the fields that are read is one.
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw new RangeError('a number is longer than ten bytes');
  };
  const skip = (bytes: number): Uint8Array => {
    if (at + bytes > message.length) throw new RangeError('a message ends within a field');
    const part = message.subarray(at, at + bytes);
    at += bytes;
    return part;
  };
  while (at < message.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    switch (key % 8) {
      case VARINT:
        yield { number, value: varint() };
        break;
      case LENGTH:
        yield { number, value: skip(varint()) };
        break;
      case FIXED64:
        skip(8);
        break;
      case FIXED32:
        skip(4);
        break;
      default:
        throw new RangeError(`wire type ${key % 8} is not known`);
    }
  }
}

/** What a field of bytes holds as text; empty for a number. */
export function textOf(value: ProtoField['value']): string {
  return typeof value === 'number' ? '' : Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
}

export type ProtoValue = number | string | Uint8Array | undefined;

/** A message of the given fields, in their order. What is undefined, 0 or empty is left out, as proto3 has it. */
export function encodeMessage(fields: readonly (readonly [number: number, value: ProtoValue])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [number, value] of fields) {
    if (value === undefined || value === 0 || value === '') continue;
    if (typeof value === 'number') parts.push(encodeVarint(number * 8 + VARINT), encodeVarint(value));
    else {
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      parts.push(encodeVarint(number * 8 + LENGTH), encodeVarint(bytes.length), bytes);
    }
  }
  return Buffer.concat(parts);
}

/** @param value a whole number; negative ones take ten bytes, in two's complement */
function encodeVarint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
  const bytes: number[] = [];
  do {
    const more = rest > 0x7fn;
    bytes.push(Number(rest & 0x7fn) | (more ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
