import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary.ts';
import { HEX_DIGITS } from '../contract/index.ts';
import { publishedSum } from '../downloads/index.ts';
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

/** What each publisher's file of sums looks like, with a neighbour whose name begins alike. */
const PUBLISHED: Record<string, { file: RegExp; text: (name: string, sum: string, other: string) => string }> = {
  Debian: {
    file: /\/SHA512SUMS$/,
    text: (name, sum, other) =>
      `${other}  ${name.replace('.qcow2', '.json')}\n${sum}  ${name}\n${other}  ${name.replace('.qcow2', '.raw')}\n`,
  },
  Ubuntu: {
    file: /\/SHA256SUMS$/,
    text: (name, sum, other) => `${other} *${name.replace('.img', '.ova')}\n${sum} *${name}\n${other} *${name}.zsync\n`,
  },
  Fedora: {
    file: /-CHECKSUM$/,
    text: (name, sum, other) => `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

# ${name.replace('Generic', 'AmazonEC2')}: 541542268 bytes
SHA256 (${name.replace('Generic', 'AmazonEC2')}) = ${other}
# ${name}: 532217856 bytes
SHA256 (${name}) = ${sum}
-----BEGIN PGP SIGNATURE-----

iQIzBAEBCAAdFiEEsPSVBFj2nhFQxsXtyKxJFhBe+UQFAmf4+/IACgkQyKxJFhBe
-----END PGP SIGNATURE-----
`,
  },
  Alpine: { file: /\.qcow2\.sha512$/, text: (_name, sum) => `${sum}\n` },
};

test('of each built-in image the sum is read from a file as its publisher writes it', async () => {
  const { images } = await loadCatalogue({ folder, ownFile: '/nonexistent/catalogue.json' }, never);
  for (const { id, distribution, url, checksum } of images) {
    const published = PUBLISHED[distribution];
    if (published === undefined) throw new Error(`add how ${distribution} publishes its sums`);
    expect(checksum.url, id).toMatch(published.file);
    const name = url.split('/').at(-1) ?? '';
    const [sum, other] = ['a1', 'b2'].map((pair) => pair.repeat(HEX_DIGITS[checksum.algorithm] / 2)) as [string, string];
    expect(publishedSum(published.text(name, sum, other), name, checksum), id).toBe(sum);
    // A file of one sum is one of that image.
    if (checksum.format === 'single') expect(checksum.url, id).toBe(`${url}.${checksum.algorithm}`);
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
