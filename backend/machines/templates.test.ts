import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary.ts';
import { containerSpec, templateId } from '../contract/index.ts';
import { systemClock } from '../core/index.ts';
import { createTemplates, type Templates } from './templates.ts';

const spec = containerSpec.parse({ image: 'nginx', env: { TOKEN: 'x' } });
const unknown = templateId.parse('00000000-0000-4000-8000-000000000000');
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;
let templates: Templates;

beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'new', 'templates.json');
  templates = createTemplates({ file, clock: systemClock });
});
afterEach(() => folder[Symbol.asyncDispose]());

test('what is saved is there for the next run of the app, by name, for this user only', async () => {
  await templates.save({ name: 'web', spec });
  await templates.save({ name: 'app', spec });
  const again = createTemplates({ file, clock: systemClock });
  expect((await again.list()).map(({ name }) => name)).toEqual(['app', 'web']);
  expect((await again.list())[0]?.spec).toEqual(spec);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('changes at the same time lose nothing', async () => {
  const names = Array.from({ length: 10 }, (_, index) => `t${index}`);
  await Promise.all(names.map((name) => templates.save({ name, spec })));
  expect((await templates.list()).map(({ name }) => name)).toEqual(names);
});

test('a name is given once; renaming and removing', async () => {
  const web = await templates.save({ name: 'web', spec });
  await expect(templates.save({ name: 'web', spec })).rejects.toMatchObject({ reason: 'templateNameTaken' });
  await templates.save({ name: 'app', spec });
  await expect(templates.rename({ id: web.id, name: 'app' })).rejects.toMatchObject({ reason: 'templateNameTaken' });
  await templates.rename({ id: web.id, name: 'front' });
  expect((await templates.list()).map(({ name }) => name)).toEqual(['app', 'front']);
  await templates.remove(web.id);
  expect((await templates.list()).map(({ name }) => name)).toEqual(['app']);
  await expect(templates.remove(web.id)).rejects.toMatchObject({ reason: 'templateMissing' });
  await expect(templates.rename({ id: unknown, name: 'x' })).rejects.toMatchObject({ reason: 'templateMissing' });
});

test('a file that cannot be read is told, and never written over', async () => {
  await templates.save({ name: 'web', spec });
  await writeFile(file, '{ "version": 1, half');
  await expect(templates.list()).rejects.toMatchObject({ reason: 'templatesUnreadable' });
  await expect(templates.save({ name: 'app', spec })).rejects.toMatchObject({ reason: 'templatesUnreadable' });
  expect(await readFile(file, 'utf8')).toBe('{ "version": 1, half');
});
