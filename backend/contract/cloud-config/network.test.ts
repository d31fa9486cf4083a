import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkNetworkConfig, type NetworkForm, readNetworkForm, writeNetworkForm } from './index.ts';

const MAC = '52:54:00:0a:0b:0c';
const DHCP: NetworkForm = { way: 'dhcp', addresses: [], gateways: [], nameServers: [] };

test('addresses that do not change become netplan’s text for the interface with the machine’s address', () => {
  const form: NetworkForm = {
    way: 'static',
    addresses: ['192.0.2.5/24', '2001:db8::5/64'],
    gateways: ['192.0.2.1', '2001:db8::1'],
    nameServers: ['9.9.9.9'],
  };
  const text = writeNetworkForm(null, form, MAC);
  expect(parse(text ?? '')).toEqual({
    version: 2,
    ethernets: {
      eth0: {
        match: { macaddress: MAC },
        'set-name': 'eth0',
        dhcp4: false,
        addresses: ['192.0.2.5/24', '2001:db8::5/64'],
        routes: [
          { to: '0.0.0.0/0', via: '192.0.2.1' },
          { to: '::/0', via: '2001:db8::1' },
        ],
        nameservers: { addresses: ['9.9.9.9'] },
      },
    },
  });
  expect(checkNetworkConfig(text ?? '')).toEqual([]);
  expect(readNetworkForm(text)).toEqual(form);
});

test('plain DHCP needs no text', () => {
  expect(writeNetworkForm(null, DHCP, MAC)).toBeNull();
  expect(readNetworkForm(null)).toEqual(DHCP);
});

test('what the form does not show stays, or keeps the form away', () => {
  const text = `version: 2
ethernets:
  nic0: # the only one
    match: {macaddress: "${MAC}"}
    mtu: 9000
    dhcp4: true
`;
  const edited = writeNetworkForm(text, { ...DHCP, nameServers: ['1.1.1.1'] }, MAC) ?? '';
  expect(edited).toContain('# the only one');
  expect(parse(edited).ethernets.nic0).toMatchObject({ mtu: 9000, dhcp4: true, nameservers: { addresses: ['1.1.1.1'] } });
  expect(readNetworkForm('version: 2\nethernets: {a: {dhcp4: true}, b: {dhcp4: true}}')).toBeNull();
  expect(readNetworkForm('version: 2\nethernets: {a: {routes: [{to: 10.0.0.0/8, via: 10.0.0.1}]}}')).toBeNull();
  expect(readNetworkForm('version: 1\nconfig: []')).toBeNull();
});

test('every form comes back from its text', () => {
  const v4 = fc.ipV4();
  const v6 = fc.ipV6().filter((address) => !address.includes('.'));
  const form = fc.record({
    way: fc.constant<'static'>('static'),
    addresses: fc.array(
      fc.oneof(
        v4.map((one) => `${one}/24`),
        v6.map((one) => `${one}/64`),
      ),
      { minLength: 1, maxLength: 3 },
    ),
    gateways: fc.array(fc.oneof(v4, v6), { maxLength: 2 }),
    nameServers: fc.array(fc.oneof(v4, v6), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(form, form, (before, after) => {
      const text = writeNetworkForm(writeNetworkForm(null, before, MAC), after, MAC);
      expect(readNetworkForm(text)).toEqual(after);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['no version', 'ethernets: {}', 1, 'networkVersion'],
  ['another version', 'version: 3', 1, 'networkVersion'],
  ['a list', '- a', 1, 'notMap'],
  ['an address without a length', 'version: 2\nethernets:\n  a:\n    addresses:\n      - 10.0.0.300/24', 5, 'address'],
  ['a name server that is none', 'version: 2\nethernets:\n  a:\n    nameservers: {addresses: [dns]}', 4, 'address'],
  ['a key twice', 'version: 2\nversion: 2', 2, 'duplicateKey'],
  ['a bomb', `a: &a [1,1]\nb: &b [${Array(60).fill('*a')}]\nc: [${Array(60).fill('*b')}]`, 2, 'aliases'],
])('refused at its line: %s', (_, text, line, rule) => {
  expect(checkNetworkConfig(text)[0]).toMatchObject({ line, rule, severity: 'error' });
});
