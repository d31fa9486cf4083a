import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary.ts';
import { checkHostKey, fingerprint, knownKeyTypes, parseKnownHosts } from './known-hosts.ts';

const boat = { address: 'boat.example', port: 22 };

async function newKey(folder: string, name: string) {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  const [type, base64] = (await readFile(`${file}.pub`, 'utf8')).split(' ');
  return { file, line: `${type} ${base64}`, bytes: Buffer.from(base64 ?? '', 'base64') };
}

test('keys are known by name, by pattern and by hash, as ssh-keygen writes them', async () => {
  await using folder = await temporaryFolder();
  const key = await newKey(folder.path, 'a');
  const other = await newKey(folder.path, 'b');
  const check = (line: string, host = boat, bytes = key.bytes) => checkHostKey(parseKnownHosts(line), host, bytes);

  expect(check(`boat.example ${key.line} a comment\n`)).toBe('known');
  expect(check(`# a comment\n\nnonsense\nboat.example,10.0.0.1 ${key.line}`, { address: '10.0.0.1', port: 22 })).toBe('known');
  expect(check(`*.example ${key.line}`)).toBe('known');
  expect(check(`*.example,!boat.* ${key.line}`)).toBe('unknown');
  expect(check(`boat.example ${other.line}`)).toBe('changed');
  expect(check(`@revoked * ${key.line}`)).toBe('changed');
  expect(check(`@cert-authority * ${key.line}`)).toBe('unknown');
  expect(check(`boatxexample ${key.line}`)).toBe('unknown');
  expect(check('')).toBe('unknown');
  expect(check(`boat.example ${key.line}`, { ...boat, port: 2222 })).toBe('unknown');
  expect(check(`[boat.example]:2222 ${key.line}`, { ...boat, port: 2222 })).toBe('known');

  const file = join(folder.path, 'known_hosts');
  await writeFile(file, `boat.example ${key.line}\n[boat.example]:2222 ${other.line}\n`);
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
  const hashed = await readFile(file, 'utf8');
  expect(hashed).not.toContain('boat');
  expect(check(hashed)).toBe('known');
  expect(check(hashed, { ...boat, port: 2222 }, other.bytes)).toBe('known');
  expect(check(hashed, { ...boat, port: 2222 })).toBe('changed');
});

test('fingerprints are those that ssh-keygen shows', async () => {
  await using folder = await temporaryFolder();
  const key = await newKey(folder.path, 'a');
  expect(execFileSync('ssh-keygen', ['-l', '-f', `${key.file}.pub`], { encoding: 'utf8' })).toContain(fingerprint(key.bytes));
});

test('a host is asked for the types of key that are known of it', () => {
  const known = parseKnownHosts('boat.example ssh-rsa AAAA\nboat.example ecdsa-sha2-nistp256 AAAA\nother ssh-ed25519 AAAA\n');
  expect(knownKeyTypes(known, boat)).toEqual(['ssh-rsa', 'ecdsa-sha2-nistp256']);
  // A key of a type that is not known yet is a new key, not a changed one.
  expect(checkHostKey(known, boat, Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAA', 'base64'))).toBe('unknown');
});
