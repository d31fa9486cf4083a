import { expect, test } from 'vitest';
import { pageFile } from './page-file.ts';

const folder = '/opt/catamaran/dist/renderer';

test.each([
  ['app://catamaran/', `${folder}/index.html`],
  ['app://catamaran/machines/docker-default/abc', `${folder}/index.html`],
  ['app://catamaran/assets/main-1a2b.js', `${folder}/assets/main-1a2b.js`],
  ['app://catamaran/assets/main.js?v=1#top', `${folder}/assets/main.js`],
])('%s is %s', (address, file) => {
  expect(pageFile(folder, address)).toBe(file);
});

test.each([
  'app://catamaran/..%2f..%2f..%2fetc/shadow.txt',
  'app://catamaran/%2e%2e/%2e%2e/main/main.js%00.html',
  'app://catamaran/%ff.js',
  'app://elsewhere/index.html',
  'file:///etc/passwd',
  'https://catamaran/index.html',
  'no address',
])('%s is nothing of the page', (address) => {
  expect(pageFile(folder, address)).toBeNull();
});
