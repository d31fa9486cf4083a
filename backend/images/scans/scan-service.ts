import { once } from 'node:events';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type {
  EngineId,
  Image,
  ImageId,
  ImagePackage,
  PackagesRequest,
  SaveSbomRequest,
  Scanner,
  ScannerName,
  VulnerabilitiesRequest,
  Vulnerability,
} from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Driver } from '../../drivers/driver.ts';
import { facetOf } from '../../drivers/facets.ts';
import type { Argv, Host } from '../../hosts/host.ts';
import type { Tasks } from '../../tasks/index.ts';
import type { Transfers } from '../../transfers/index.ts';
import { told } from '../progress.ts';
import { parsePackages, parseVulnerabilities } from './reports.ts';
import { findScanners, SCANNERS } from './scanners.ts';

/** On disk rather than in memory, where `/tmp` often is: an archive is as large as its image. */
const ARCHIVES = '/var/tmp/catamaran-scan.XXXXXX';
const MOST_REPORT_BYTES = 512 * 1024 * 1024;
const CLEAN_UP_MS = 30_000;
/** Documents that are kept to be saved as files. */
const KEPT = 8;

/** What is in an image, and what of it is known to be flawed, as a scanner on the engine's host says. */
export interface ScanService {
  scanners(id: EngineId, signal: AbortSignal): Promise<Scanner[]>;
  /** @throws AppError imageMissing, commandMissing, scannerFailed, noSpace */
  packages(request: PackagesRequest): Promise<ImagePackage[]>;
  /** @throws AppError as `packages`, and scannerNeedsDatabase */
  vulnerabilities(request: VulnerabilitiesRequest): Promise<Vulnerability[]>;
  /** The packages as a CycloneDX document. @throws AppError as `packages` */
  saveSbom(request: SaveSbomRequest): Promise<void>;
}

export function createScanService(deps: {
  tasks: Tasks;
  transfers: Transfers;
  driver: (id: EngineId) => Driver;
  driverOf: (id: ImageId) => Driver;
  image: (id: ImageId) => Image;
}): ScanService {
  /** CycloneDX, by scanner and image, which never changes under its id. */
  const documents = new Map<string, string>();

  function scan(id: ImageId, name: ScannerName, command: (archive: string) => Argv, update: boolean): Promise<string> {
    const image = deps.image(id);
    const driver = deps.driverOf(id);
    const images = facetOf(driver, 'images');
    const subject = image.names[0] ?? id;
    return deps.tasks.run({ kind: 'scanImage', subject, cancellable: true }, async (report, signal) => {
      await using folder = await temporaryFolder(driver.host, signal);
      const archive = posix.join(folder.path, 'image.tar');
      const content = told(images.save([id], signal), { report, totalBytes: image.sizeBytes });
      await writeArchive(driver.host, { path: archive, content, sizeBytes: image.sizeBytes }, signal);
      report({ progress: null, doneBytes: null, totalBytes: null, step: 'scanning' });
      const options = { env: SCANNERS[name].env(update), maxBytes: MOST_REPORT_BYTES };
      const { exitCode, stdout, stderr } = await driver.host.exec(command(archive), options, signal);
      if (exitCode !== 0) throw failure(name, stderr, update);
      return stdout.toString();
    }).result;
  }

  async function document({ id, scanner }: PackagesRequest): Promise<string> {
    const key = `${scanner} ${id}`;
    const known = documents.get(key);
    if (known !== undefined) return known;
    const command = SCANNERS[scanner].packages;
    if (command === undefined) throw new AppError('actionUnsupported', { engine: scanner, action: 'list packages' });
    const found = await scan(id, scanner, command, false);
    documents.set(key, found);
    for (const oldest of documents.keys()) {
      if (documents.size <= KEPT) break;
      documents.delete(oldest);
    }
    return found;
  }

  return {
    scanners: (id, signal) => findScanners(deps.driver(id).host, signal),
    packages: async (request) => parsePackages(request.scanner, await document(request)),
    async vulnerabilities({ id, scanner, update }) {
      const command = SCANNERS[scanner].vulnerabilities;
      if (command === undefined) throw new AppError('actionUnsupported', { engine: scanner, action: 'find vulnerabilities' });
      return parseVulnerabilities(scanner, await scan(id, scanner, (archive) => command(archive, update), update));
    },
    async saveSbom({ transferId, ...request }) {
      const open = async () => {
        const bytes = Buffer.from(await document(request));
        const title = (deps.image(request.id).names[0] ?? 'image').replace(/[^A-Za-z0-9._-]+/g, '_');
        return { file: { name: `${title}.cdx.json`, sizeBytes: bytes.length }, bytes: Readable.from([bytes]) };
      };
      await deps.transfers.send(transferId, open, AbortSignal.timeout(SAVE_MS));
    },
  };
}

/** A person may leave the question where to save a file open for a while. */
const SAVE_MS = 3_600_000;

async function temporaryFolder(host: Host, signal: AbortSignal): Promise<{ path: string } & AsyncDisposable> {
  const { exitCode, stdout, stderr } = await host.exec(['mktemp', '-d', ARCHIVES], {}, signal);
  if (exitCode !== 0) throw new AppError('commandFailed', { command: 'mktemp', exitCode, message: stderr.trim() });
  const path = stdout.toString().trim();
  // Also after a cancel, whose signal would stop this too.
  return { path, [Symbol.asyncDispose]: () => host.remove(path, AbortSignal.timeout(CLEAN_UP_MS)) };
}

/** A host writes small files only; `dd` takes any number of bytes without holding them. */
async function writeArchive(
  host: Host,
  { path, content, sizeBytes }: { path: string; content: AsyncIterable<Uint8Array>; sizeBytes: number },
  signal: AbortSignal,
): Promise<void> {
  await using writer = await host.spawn(['dd', `of=${path}`, 'bs=65536'], {}, signal);
  const words = text(writer.stderr);
  writer.stdout.resume();
  const written = pipeline(Readable.from(content, { objectMode: false }), writer.stdin, { signal }).catch((error: unknown) => error);
  const exitCode = await Promise.race([writer.exited, aborted(signal)]);
  const said = await words;
  if (exitCode !== 0) {
    if (/no space left/i.test(said)) throw new AppError('noSpace', { path, neededMiB: Math.ceil(sizeBytes / 2 ** 20) }, { detail: said });
    throw new AppError('commandFailed', { command: 'dd', exitCode, message: said.trim() });
  }
  const error = await written;
  if (error !== undefined) throw error;
}

async function aborted(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  await once(signal, 'abort');
  throw signal.reason;
}

function failure(scanner: ScannerName, stderr: string, update: boolean): AppError {
  const detail = stderr.trim();
  // grype: "database does not exist"; trivy: "--skip-db-update cannot be specified on the first run".
  if (!update && /database (does not exist|not found)|no database|cannot be specified on the first run|db is not/i.test(detail)) {
    return new AppError('scannerNeedsDatabase', { scanner }, { detail });
  }
  return new AppError('scannerFailed', { scanner, message: detail.split('\n').at(-1) ?? '' }, { detail });
}
