import { expect, test } from 'vitest';
import { instruction, shownInstruction } from './instruction.ts';

test.each([
  ['/bin/sh -c #(nop)  CMD ["sh"]', 'CMD', '["sh"]'],
  ['/bin/sh -c #(nop) COPY file:20ff in /work/x ', 'COPY', 'file:20ff in /work/x'],
  ['/bin/sh -c apt-get update', 'RUN', 'apt-get update'],
  ['RUN /bin/sh -c make all # buildkit', 'RUN', 'make all'],
  ['ENV A=b', 'ENV', 'A=b'],
  ['RUN |1 VERSION=2 /bin/sh -c make # buildkit', 'RUN', '|1 VERSION=2 /bin/sh -c make'],
  ['/bin/busybox rm /big', '', '/bin/busybox rm /big'],
  ['', '', ''],
])('%s', (createdBy, verb, rest) => {
  expect(instruction(createdBy)).toEqual({ verb, rest });
});

test('secrets that were baked in are masked', () => {
  expect(shownInstruction('ENV NODE_ENV=production API_TOKEN=abc').rest).toBe('NODE_ENV=production API_TOKEN=••••••••');
});
