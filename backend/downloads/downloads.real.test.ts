import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, test } from 'vitest';
import { close, listen, startFileServer } from '../../testing/file-server.ts';
import { temporaryFolder } from '../../testing/temporary.ts';
import { systemClock } from '../core/index.ts';
import { createDownloads } from './index.ts';

const never = new AbortController().signal;

test('only a file whose sum is known may come over a connection that is not encrypted, when its address was', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder()).path;
  const at = (name: string) => join(folder, name);
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const files = ['-keyout', at('key.pem'), '-out', at('cert.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject, ...files], { stdio: 'pipe' });
  const cert = readFileSync(at('cert.pem'), 'utf8');
  const known = getCACertificates('default');
  setDefaultCACertificates([...known, cert]);
  stack.defer(() => setDefaultCACertificates(known));

  const open = stack.use(await startFileServer());
  const url = open.add('/disk', 'content');
  const safe = createServer({ key: readFileSync(at('key.pem')), cert }, (_request, response) =>
    response.writeHead(302, { location: url }).end(),
  );
  const address = `https://localhost:${await listen(safe)}/disk`;
  stack.defer(() => close(safe));
  const downloads = stack.use(createDownloads({ proxies: { http: null, https: null, noProxy: null }, clock: systemClock }));

  const insecure = expect.objectContaining({ reason: 'downloadInsecure' });
  const path = at('disk.qcow2');
  await expect(downloads.text(address, 100, never)).rejects.toEqual(insecure);
  await expect(downloads.fetch({ url: address, path, checksum: null }, () => {}, never)).rejects.toEqual(insecure);
  const checksum = { algorithm: 'sha256', value: createHash('sha256').update('content').digest('hex') } as const;
  await downloads.fetch({ url: address, path, checksum }, () => {}, never);
  expect(await readFile(path, 'utf8')).toBe('content');
});
