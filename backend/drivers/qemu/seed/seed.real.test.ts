import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { isoReader } from '../../../../testing/iso-reader.ts';
import { temporaryFolder } from '../../../../testing/temporary.ts';
import { seedDisc } from './seed.ts';

const run = promisify(execFile);

test('a reader of discs that is not ours reads a seed: its label, both trees, and every byte', async (context) => {
  const reader = await isoReader();
  if (typeof reader === 'string') return context.skip(reader);
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'seed.iso');
  // Ends in the middle of a block, at the end of one, and in the second.
  const userData = `#cloud-config\nhostname: hafen\n# ${'é'.repeat(3000)}\n`;
  const networkConfig = 'version: 2\n'.padEnd(2048, '#');
  await writeFile(path, seedDisc({ userData, networkConfig }, { instanceId: 'a1', name: 'harbour' }));
  const isoinfo = async (...args: string[]) => (await run(reader.path, ['-i', path, ...args], { encoding: 'buffer' })).stdout;

  const facts = (await isoinfo('-d')).toString();
  expect(facts).toMatch(/^Volume id: cidata$/m);
  expect(facts).toMatch(/Joliet with UCS level 3 found/);
  const names = async (...tree: string[]) => (await isoinfo(...tree, '-f')).toString().trim().split('\n');
  const expected: Record<string, string> = {
    '/meta-data;1': 'instance-id: "a1"\nlocal-hostname: "harbour"\n',
    '/network-config;1': networkConfig,
    '/user-data;1': userData,
  };
  expect(await names('-J')).toEqual(Object.keys(expected));
  for (const [name, text] of Object.entries(expected)) expect((await isoinfo('-J', '-x', name)).toString()).toBe(text);
  // Without Joliet names are short, and the contents the same.
  const plain = await Promise.all((await names()).map(async (name) => (await isoinfo('-x', name)).toString()));
  expect(plain.toSorted()).toEqual(Object.values(expected).toSorted());
});
