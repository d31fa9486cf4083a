import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary.ts';
import { loadCatalogue } from './catalogue.ts';

const folder = join(import.meta.dirname, '../../assets/catalogue');
const never = new AbortController().signal;

const domainOf = (url: string) => new URL(url).hostname.split('.').slice(-2).join('.');

test('the built-in catalogue has four distributions for both architectures, all over encrypted addresses', async () => {
  const { images, problem } = await loadCatalogue({ folder, ownFile: '/nonexistent/catalogue.json' }, never);
  expect(problem).toBeNull();
  expect([...new Set(images.map(({ distribution }) => distribution))].sort()).toEqual(['Alpine', 'Debian', 'Fedora', 'Ubuntu']);
  for (const image of images) {
    const { url, checksum, architecture, firmware } = image;
    expect(images.filter(({ id }) => id === image.id)).toHaveLength(1);
    expect(
      images.some(
        (other) => other.distribution === image.distribution && other.version === image.version && other.architecture !== architecture,
      ),
    ).toBe(true);
    expect(new URL(url).protocol).toBe('https:');
    // Fedora's images come from mirrors, and its sums from itself.
    expect(new URL(checksum.url).protocol).toBe('https:');
    expect(domainOf(checksum.url)).toBe(domainOf(url));
    expect(url).toMatch(architecture === 'x86_64' ? /amd64|x86_64/ : /arm64|aarch64/);
    if (architecture === 'aarch64') expect(firmware).toBe('uefi');
    expect(image.own).toBe(false);
  }
});

test('entries of one’s own are added, and stand in the place of built-in ones', async () => {
  await using own = await temporaryFolder();
  const ownFile = join(own.path, 'catalogue.json');
  const image = {
    id: 'debian-13-x86_64',
    version: '13 of ours',
    architecture: 'x86_64',
    url: 'http://mirror.example/debian.qcow2',
    checksum: { url: 'http://mirror.example/SHA256SUMS', algorithm: 'sha256', format: 'list' },
    defaultUser: 'debian',
    firmware: 'bios',
    minimumMemoryMiB: 512,
    minimumDiskGiB: 4,
    cloudInit: true,
    guestAgent: true,
  };
  await writeFile(ownFile, JSON.stringify([{ distribution: 'Ours', images: [image, { ...image, id: 'ours' }] }]));
  const { images } = await loadCatalogue({ folder, ownFile }, never);
  expect(images.find(({ id }) => id === image.id)).toMatchObject({ version: '13 of ours', distribution: 'Ours', own: true });
  expect(images.some(({ id }) => id === 'ours')).toBe(true);

  await writeFile(ownFile, JSON.stringify([{ distribution: 'Ours', images: [{ ...image, url: 'file:///etc/passwd' }] }]));
  const wrong = await loadCatalogue({ folder, ownFile }, never);
  expect(wrong.problem?.message).toContain('0.images.0.url');
  expect(wrong.images.every((one) => !one.own)).toBe(true);
  await writeFile(ownFile, 'not JSON');
  expect((await loadCatalogue({ folder, ownFile }, never)).problem?.reason).toBe('catalogueUnreadable');
});
