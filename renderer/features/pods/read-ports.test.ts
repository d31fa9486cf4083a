import { expect, test } from 'vitest';
import { readPorts } from './read-ports.ts';

test('pairs of ports with spaces or commas between, and the first that is none', () => {
  expect(readPorts('')).toEqual({ ports: [], wrong: null });
  expect(readPorts(' 8080:80,5353:53/udp ').ports.map(({ protocol, hostPort, machinePort }) => [protocol, hostPort, machinePort])).toEqual([
    ['tcp', 8080, 80],
    ['udp', 5353, 53],
  ]);
  for (const wrong of ['80', '0:80', '80:70000', 'a:b', '80:80/sctp']) expect(readPorts(`1:1 ${wrong}`).wrong).toBe(wrong);
});
