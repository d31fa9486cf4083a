import { existsSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { type EngineId, type Image, toImageId } from '../../contract/index.ts';
import { silentLogger, systemClock } from '../../core/index.ts';
import type { Driver } from '../../drivers/driver.ts';
import { createLocalHost } from '../../hosts/local.ts';
import { createTasks } from '../../tasks/index.ts';
import { createTransfers } from '../../transfers/index.ts';
import { parsePackages, parseVulnerabilities } from './reports.ts';
import { createScanService } from './scan-service.ts';

const ENGINE = 'docker-test' as EngineId;
const IMAGE: Image = {
  id: toImageId(ENGINE, 'sha256:abc'),
  engineId: ENGINE,
  names: ['app:1'],
  createdAtMs: null,
  sizeBytes: 20_000,
  layers: [],
  architecture: null,
  starter: false,
};

/** As syft 1 writes it, shortened. */
const CYCLONE_DX = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  metadata: { tools: { components: [{ type: 'application', author: 'anchore', name: 'syft', version: '1.4.1' }] } },
  components: [
    {
      'bom-ref': 'pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12',
      type: 'library',
      publisher: 'Mark Brown',
      name: 'zlib1g',
      version: '1:1.2.13.dfsg-1',
      licenses: [{ license: { id: 'Zlib' } }],
      cpe: 'cpe:2.3:a:zlib1g:zlib1g:1:1.2.13.dfsg-1:*:*:*:*:*:*:*',
      purl: 'pkg:deb/debian/zlib1g@1%3A1.2.13.dfsg-1?arch=amd64&distro=debian-12',
    },
    {
      type: 'library',
      group: '@scope',
      name: 'left',
      version: '1.0.0',
      purl: 'pkg:npm/%40scope/left@1.0.0',
      licenses: [{ expression: 'MIT OR Apache-2.0' }],
    },
    { type: 'operating-system', name: 'debian', version: '12' },
    { type: 'file', name: '/bin/sh' },
  ],
};

/** As grype 0.7x writes it, shortened. */
const GRYPE = {
  matches: [
    {
      vulnerability: {
        id: 'CVE-2023-4911',
        dataSource: 'https://security-tracker.debian.org/tracker/CVE-2023-4911',
        namespace: 'debian:distro:debian:12',
        severity: 'High',
        urls: [],
        description: 'A buffer overflow in the dynamic loader',
        cvss: [],
        fix: { versions: ['2.36-9+deb12u3'], state: 'fixed' },
        advisories: [],
      },
      relatedVulnerabilities: [],
      matchDetails: [],
      artifact: { id: '1', name: 'libc6', version: '2.36-9', type: 'deb', locations: [] },
    },
    {
      vulnerability: {
        id: 'CVE-2023-45853',
        dataSource: 'javascript:alert(1)',
        severity: 'Critical',
        fix: { versions: null, state: 'wont-fix' },
      },
      artifact: { name: 'zlib1g', version: '1:1.2.13.dfsg-1' },
    },
  ],
  source: { type: 'image' },
  distro: { name: 'debian', version: '12' },
};

/** As trivy 0.5x writes it, shortened. */
const TRIVY = {
  SchemaVersion: 2,
  ArtifactName: '/tmp/image.tar',
  Results: [
    { Target: 'app (debian 12.5)', Class: 'os-pkgs', Type: 'debian', Vulnerabilities: null },
    {
      Target: 'Node.js',
      Class: 'lang-pkgs',
      Type: 'node-pkg',
      Vulnerabilities: [
        {
          VulnerabilityID: 'CVE-2024-21538',
          PkgName: 'cross-spawn',
          InstalledVersion: '7.0.3',
          FixedVersion: '7.0.5, 6.0.6',
          Status: 'fixed',
          Severity: 'HIGH',
          Title: 'cross-spawn: regular expression denial of service',
          PrimaryURL: 'https://avd.aquasec.com/nvd/cve-2024-21538',
        },
      ],
    },
  ],
};

test('packages are read from CycloneDX: only those that are software, with the type of their package URL', () => {
  expect(parsePackages('syft', JSON.stringify(CYCLONE_DX))).toEqual([
    { name: '@scope/left', version: '1.0.0', type: 'npm', licenses: ['MIT OR Apache-2.0'] },
    { name: 'zlib1g', version: '1:1.2.13.dfsg-1', type: 'deb', licenses: ['Zlib'] },
  ]);
});

test('vulnerabilities come the worst first, and link to the web or nowhere', () => {
  expect(parseVulnerabilities('grype', JSON.stringify(GRYPE))).toMatchObject([
    { id: 'CVE-2023-45853', severity: 'critical', package: 'zlib1g', fixedIn: [], url: null },
    { id: 'CVE-2023-4911', severity: 'high', version: '2.36-9', fixedIn: ['2.36-9+deb12u3'], url: expect.stringMatching(/^https:/) },
  ]);
  expect(parseVulnerabilities('trivy', JSON.stringify(TRIVY))).toMatchObject([
    { id: 'CVE-2024-21538', severity: 'high', package: 'cross-spawn', fixedIn: ['7.0.5', '6.0.6'] },
  ]);
});

test.each(['', 'no json', '{}', '[]', '{"bomFormat":"SPDX"}'])('an answer that is none is told as such: %j', (output) => {
  expect(() => parsePackages('syft', output)).toThrow(expect.objectContaining({ reason: 'scannerFailed' }));
  expect(() => parseVulnerabilities('grype', output)).toThrow(expect.objectContaining({ reason: 'scannerFailed' }));
});

/** Into `seen`, beside the script. */
const NOTES_ARCHIVE = `for each in "$@"; do case "$each" in *image.tar) echo "\${each#docker-archive:}" >> "$(dirname "$0")/seen";; esac; done`;

/** A scanner of the test's own: it must find the archive whole, and says what it is told to say. */
async function setUp(scripts: Record<string, string>) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(
      join(folder.path, name),
      `#!/bin/sh\nif [ "$1" = --version ]; then echo "$0 1.2.3"; exit; fi\n${NOTES_ARCHIVE}\n${script}\n`,
    );
    await chmod(join(folder.path, name), 0o755);
  }
  const env = { PATH: `${folder.path}:/usr/bin:/bin` };
  const host = stack.use(createLocalHost({ logger: silentLogger, env }));
  const tasks = stack.use(createTasks({ clock: systemClock, logger: silentLogger }));
  const save = async function* () {
    for (let i = 0; i < 200; i++) yield Buffer.alloc(100, i);
  };
  const driver = { host, images: { save }, engine: () => ({ name: 'test' }) } as unknown as Driver;
  const deps = {
    tasks,
    transfers: createTransfers({ clock: systemClock }),
    driver: () => driver,
    driverOf: () => driver,
    image: () => IMAGE,
  };
  return { scans: createScanService(deps), tasks, folder, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The folders of the archives that scanners were shown, as far as they are still there. */
async function archivesLeft(folder: string): Promise<string[]> {
  const seen = (await readFile(join(folder, 'seen'), 'utf8')).trim().split('\n');
  expect(seen.length).toBeGreaterThan(1);
  return seen.map((path) => dirname(path)).filter((path) => existsSync(path));
}

test('the scanners that are installed are found, and asked about the whole archive without any network', async () => {
  await using parts = await setUp({
    syft: `path=\${1#docker-archive:}; [ "$(wc -c < "$path")" = 20000 ] || exit 9; [ "$SYFT_CHECK_FOR_APP_UPDATE" = false ] || exit 8
cat <<'END'\n${JSON.stringify(CYCLONE_DX)}\nEND`,
    grype: `[ "$GRYPE_DB_AUTO_UPDATE" = false ] || exit 7\ncat <<'END'\n${JSON.stringify(GRYPE)}\nEND`,
  });
  const { scans, folder } = parts;
  expect(await scans.scanners(ENGINE, AbortSignal.timeout(10_000))).toEqual([
    { name: 'syft', version: '1.2.3', subjects: ['packages'] },
    { name: 'grype', version: '1.2.3', subjects: ['vulnerabilities'] },
  ]);
  expect(await scans.packages({ id: IMAGE.id, scanner: 'syft' })).toHaveLength(2);
  expect(await scans.vulnerabilities({ id: IMAGE.id, scanner: 'grype', update: false })).toHaveLength(2);
  await expect(scans.packages({ id: IMAGE.id, scanner: 'trivy' })).rejects.toMatchObject({ reason: 'commandMissing' });
  expect(await archivesLeft(folder.path)).toEqual([]);
});

test('a scanner that fails, lacks its database or is cancelled says so and leaves no archive', async () => {
  await using parts = await setUp({
    syft: 'echo "some words" >&2; echo "could not catalog" >&2; exit 1',
    grype: 'echo "failed to load vulnerability db: database does not exist" >&2; exit 1',
    trivy: 'exec sleep 60',
  });
  const { scans, tasks, folder } = parts;
  await expect(scans.packages({ id: IMAGE.id, scanner: 'syft' })).rejects.toMatchObject({
    message: expect.stringContaining('could not catalog'),
  });
  await expect(scans.vulnerabilities({ id: IMAGE.id, scanner: 'grype', update: false })).rejects.toMatchObject({
    reason: 'scannerNeedsDatabase',
  });
  const scanning = scans.vulnerabilities({ id: IMAGE.id, scanner: 'trivy', update: false });
  const cancelled = expect(scanning).rejects.toMatchObject({ reason: 'cancelled' });
  for await (const all of tasks.watch(AbortSignal.timeout(10_000))) {
    const task = all.find(({ state, step }) => state === 'running' && step === 'scanning');
    if (task === undefined) continue;
    await tasks.cancel(task.id);
    break;
  }
  await cancelled;
  expect(await archivesLeft(folder.path)).toEqual([]);
});
