import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseQcow2Header, QCOW2_HEADER_BYTES } from './qcow2-header.ts';

function header(change: (view: DataView) => void = () => {}): Uint8Array {
  const view = new DataView(new ArrayBuffer(QCOW2_HEADER_BYTES));
  view.setUint32(0, 0x514649fb);
  view.setUint32(4, 3);
  view.setUint32(20, 16);
  view.setBigUint64(24, 10n * 1024n ** 3n);
  change(view);
  return new Uint8Array(view.buffer);
}

test('says what a file refers to', () => {
  const plain = { sizeBytes: 10 * 1024 ** 3, hasBackingFile: false, hasDataFile: false, isEncrypted: false, isCorrupt: false };
  expect(parseQcow2Header(header())).toEqual(plain);
  expect(parseQcow2Header(header((view) => view.setBigUint64(8, 500n)))).toEqual({ ...plain, hasBackingFile: true });
  expect(parseQcow2Header(header((view) => view.setUint32(16, 9)))).toEqual({ ...plain, hasBackingFile: true });
  expect(parseQcow2Header(header((view) => view.setBigUint64(72, 0b100n)))).toEqual({ ...plain, hasDataFile: true });
  expect(parseQcow2Header(header((view) => view.setBigUint64(72, 0b10n)))).toEqual({ ...plain, isCorrupt: true });
  expect(parseQcow2Header(header((view) => view.setUint32(32, 2)))).toEqual({ ...plain, isEncrypted: true });
});

test('is null for other formats, versions and features', () => {
  expect(parseQcow2Header(header((view) => view.setUint32(0, 0x4b444d56)))).toBeNull();
  expect(parseQcow2Header(header((view) => view.setUint32(4, 4)))).toBeNull();
  expect(parseQcow2Header(header((view) => view.setBigUint64(72, 1n << 40n)))).toBeNull();
  expect(parseQcow2Header(header((view) => view.setBigUint64(24, 2n ** 63n)))).toBeNull();
});

test('takes any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => void parseQcow2Header(bytes)));
});
