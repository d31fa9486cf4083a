import { describe, expect, test } from 'vitest';
import { nameOf } from './owner.ts';
import { progressIn } from './qemu-img.ts';

describe('the progress of qemu-img', () => {
  test('is what it wrote over and over', () => {
    expect(progressIn('    (0.00/100%)\r    (12.34/100%)\r    (100.00/100%)\r\n')).toEqual([0, 0.1234, 1]);
  });

  test('is not taken from other words, nor from a half of them', () => {
    expect(progressIn('qemu-img: error (1/2)\n    (50.')).toEqual([]);
  });
});

describe('who has a disk open', () => {
  test('is the machine that QEMU’s command names', () => {
    expect(nameOf(['/usr/bin/qemu-system-x86_64', '-name', 'guest=web,process=x', '-m', '64'])).toBe('web');
    expect(nameOf(['qemu-system-x86_64', '-name', 'guest=a,,b'])).toBe('a,b');
    expect(nameOf(['qemu-system-aarch64', '-m', '64', '-name', 'plain'])).toBe('plain');
  });

  test('is the program where there is no such name', () => {
    expect(nameOf(['qemu-system-x86_64', '-m', '64'])).toBe('qemu-system-x86_64');
    expect(nameOf(['/usr/bin/qemu-img', 'convert', '-name', 'x'])).toBe('qemu-img');
    expect(nameOf([''])).toBe('');
  });
});
