import { array, constantFrom, integer, property, assert as verify } from 'fast-check';
import { expect, test } from 'vitest';
import { BootJudge } from './boot-watch.ts';

const BIOS = 'SeaBIOS (version 1.16.2-debian-1.16.2-1)\nBooting from DVD/CD...\nBoot failed: Could not read from CDROM (code 0003)\n';
const judge = (text: string) => new BootJudge().push(Buffer.from(text));

test('says what SeaBIOS and UEFI found', () => {
  expect(judge(BIOS)).toBe(false);
  expect(judge(`${BIOS}No bootable device.\n`)).toBe(true);
  expect(judge('BdsDxe: No bootable option or device was found.\r\nBdsDxe: Press any key to enter the Boot Manager Menu.\r\n')).toBe(true);
  expect(judge('BdsDxe: starting Boot0002 "EFI Internal Shell"\r\n\x1b[2J\x1b[01;01HUEFI Interactive Shell v2.2\r\n')).toBe(true);
  expect(judge('BdsDxe: loading Boot0001 "UEFI QEMU DVD-ROM"\r\n')).toBe(false);
});

test('a machine that was reset, with a disc by then, is well again', () => {
  expect(judge(`${BIOS}No bootable device.\n${BIOS}Booting from 0000:7c00\n`)).toBe(false);
  expect(judge('BdsDxe: No bootable option or device was found.\r\nBdsDxe: starting Boot0002\r\n')).toBe(false);
});

test('wherever the pieces are cut, the end is the same', () => {
  const piece = constantFrom(BIOS, 'No bootable device.\n', 'BdsDxe: starting Boot0001\n', 'login: ', '한국어\n');
  verify(
    property(array(piece, { maxLength: 6 }), integer({ min: 1, max: 60 }), (pieces, size) => {
      const bytes = Buffer.from(pieces.join(''));
      const whole = new BootJudge().push(bytes);
      const cut = new BootJudge();
      let last = false;
      for (let at = 0; at < bytes.length; at += size) last = cut.push(bytes.subarray(at, at + size));
      expect(last).toBe(whole);
    }),
  );
});
