import type { CloudInit } from '../../../contract/index.ts';
import { discOf } from './iso9660.ts';

/** The volume that cloud-init looks for (https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html). */
const VOLUME = 'cidata';

/**
 * What cloud-init in the guest reads at its starts. It does its work once for each instance id: a machine keeps its own, and a clone
 * of it is another instance.
 */
export function seedDisc(cloudInit: CloudInit, of: { instanceId: string; name: string }): Buffer {
  const metaData = `instance-id: ${JSON.stringify(of.instanceId)}\nlocal-hostname: ${JSON.stringify(hostNameOf(of.name))}\n`;
  const text = (name: string, content: string) => ({ name, content: Buffer.from(unixLines(content)) });
  return discOf(VOLUME, [
    text('meta-data', metaData),
    text('user-data', cloudInit.userData),
    ...(cloudInit.networkConfig === null ? [] : [text('network-config', cloudInit.networkConfig)]),
  ]);
}

/** A machine's name as far as a host's may go (RFC 1123). */
function hostNameOf(name: string): string {
  const host = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);
  return host === '' ? 'guest' : host;
}

/** A shell takes the return at the end of `#!/bin/sh` for a part of the name. */
function unixLines(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
