import { text } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { expect, test } from 'vitest';
import { packTar } from './pack-tar.ts';

test('what the page packs is read back as it was, whatever the names are', async () => {
  const long = `${'folder/'.repeat(30)}${'x'.repeat(255)}`;
  const contents = new Map([
    ['Dockerfile', 'FROM scratch\n'],
    ['한글/파일 이름', '가나다'],
    ['new\nline', ''],
    [long, 'y'.repeat(512)],
    ['\u202eright-to-left', 'z'.repeat(513)],
  ]);
  const files = [...contents].map(([path, content]) => ({ path, file: new File([content], 'name', { lastModified: 1_700_000_000_000 }) }));
  const archive = packTar(files, ['empty', 'ü'.repeat(80)]);
  expect(archive.size % 512).toBe(0);
  const read = new Map<string, string>();
  const tar = extract();
  const whole = Buffer.from(await archive.arrayBuffer());
  const reading = (async () => {
    for await (const entry of tar) {
      read.set(entry.header.name, await text(entry));
      if (entry.header.type === 'file') expect(entry.header).toMatchObject({ mode: 0o755, mtime: new Date(1_700_000_000_000) });
    }
  })();
  tar.write(whole);
  (tar as NodeJS.WritableStream).end();
  await reading;
  expect([...read.keys()].filter((name) => name.endsWith('/')).toSorted()).toEqual(['empty/', `${'ü'.repeat(80)}/`]);
  for (const [path, content] of contents) expect(read.get(path)).toBe(content);
});
