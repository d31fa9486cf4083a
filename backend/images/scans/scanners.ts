import type { Scanner, ScannerName, ScanSubject } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Argv, Host } from '../../hosts/host.ts';

/** How a scanner is asked about an archive that an engine saved. */
interface ScannerCommands {
  /** Answers a CycloneDX document. */
  packages?: (archive: string) => Argv;
  vulnerabilities?: (archive: string, update: boolean) => Argv;
  env: (update: boolean) => Record<string, string>;
}

/** None of them asks the network for anything unless it is to update: not even whether there is a newer one of itself. */
export const SCANNERS: Record<ScannerName, ScannerCommands> = {
  // https://github.com/anchore/syft
  syft: {
    packages: (archive) => ['syft', `docker-archive:${archive}`, '--output', 'cyclonedx-json', '--quiet'],
    env: () => ({ SYFT_CHECK_FOR_APP_UPDATE: 'false' }),
  },
  // https://github.com/anchore/grype
  grype: {
    vulnerabilities: (archive) => ['grype', `docker-archive:${archive}`, '--output', 'json', '--quiet'],
    env: (update) => ({
      GRYPE_CHECK_FOR_APP_UPDATE: 'false',
      GRYPE_DB_AUTO_UPDATE: String(update),
      // An old database is better than none; the person decides when it is fetched.
      GRYPE_DB_VALIDATE_AGE: 'false',
    }),
  },
  // https://trivy.dev/latest/docs/advanced/air-gap/
  trivy: {
    packages: (archive) => ['trivy', 'image', '--input', archive, '--format', 'cyclonedx', '--quiet', '--offline-scan'],
    vulnerabilities: (archive, update) => [
      ...(['trivy', 'image', '--input', archive, '--format', 'json', '--quiet', '--scanners', 'vuln'] as const),
      ...(update ? [] : ['--offline-scan', '--skip-db-update', '--skip-java-db-update']),
    ],
    env: () => ({ TRIVY_SKIP_VERSION_CHECK: 'true' }),
  },
};

const SUBJECTS: readonly ScanSubject[] = ['packages', 'vulnerabilities'];

/** Those that the host has. */
export async function findScanners(host: Host, signal: AbortSignal): Promise<Scanner[]> {
  const names = Object.keys(SCANNERS) as ScannerName[];
  const found = await Promise.all(names.map((name) => findScanner(host, name, signal)));
  return found.filter((scanner) => scanner !== null);
}

async function findScanner(host: Host, name: ScannerName, signal: AbortSignal): Promise<Scanner | null> {
  try {
    const { stdout } = await host.exec([name, '--version'], { env: SCANNERS[name].env(false) }, signal);
    const version = /\d+\.\d+\.\d+\S*/.exec(stdout.toString())?.[0] ?? null;
    return { name, version, subjects: SUBJECTS.filter((subject) => SCANNERS[name][subject] !== undefined) };
  } catch (error) {
    if (error instanceof AppError && error.code === 'unsupported') return null;
    throw error;
  }
}
