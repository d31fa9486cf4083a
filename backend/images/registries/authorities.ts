import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { Environment } from './environment.ts';

/** Where systems keep the authorities that all programs trust: Debian, Fedora, Alpine. */
const BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/**
 * PEM of the certificate authorities that a host trusts for a registry: the system's, and those that engines read for that
 * one registry. https://docs.docker.com/engine/security/certificates/
 */
export async function readAuthorities(
  { host, env }: { host: Host; env: Environment },
  registry: string,
  signal: AbortSignal,
): Promise<string[]> {
  const folders = ['/etc/docker/certs.d', '/etc/containers/certs.d', `${env.XDG_CONFIG_HOME || `${env.HOME}/.config`}/containers/certs.d`];
  const found: string[] = [];
  const read = async (path: string) => {
    try {
      found.push((await host.readFile(path, signal)).toString());
    } catch (error) {
      // One that is not there, or that this user may not read, vouches for nobody.
      if (!(error instanceof AppError) || signal.aborted) throw error;
    }
  };
  for (const path of BUNDLES) if ((await host.stat(path, signal)) !== null) await read(path);
  for (const folder of folders) {
    const names = (await host.listFolder(`${folder}/${registry}`, signal)) ?? [];
    for (const name of names.filter((one) => one.endsWith('.crt'))) await read(`${folder}/${registry}/${name}`);
  }
  return found;
}
