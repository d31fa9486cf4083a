import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { MOST_NETWORK_CONFIG_CHARACTERS } from '../cloud-init.ts';
import { parseAddress } from '../subnet.ts';
import { textOf } from './check.ts';
import { valueAt } from './form.ts';
import type { CloudIssue } from './issue.ts';
import { printYaml } from './print.ts';
import { YamlText } from './yaml-text.ts';

/** What forms show of a network configuration for the machine's one interface. Empty is absent. */
export interface NetworkForm {
  way: 'dhcp' | 'static';
  /** `192.0.2.5/24`, `2001:db8::5/64` */
  addresses: string[];
  /** Routers for all else, of IPv4 and of IPv6. */
  gateways: string[];
  nameServers: string[];
}

const NAME = 'eth0';
const EVERYWHERE = { 4: '0.0.0.0/0', 6: '::/0' } as const;

export function checkNetworkConfig(text: string): CloudIssue[] {
  if (text.length > MOST_NETWORK_CONFIG_CHARACTERS)
    return [{ severity: 'error', line: 1, column: 1, rule: 'tooLong', params: { most: MOST_NETWORK_CONFIG_CHARACTERS } }];
  const yaml = new YamlText(text, 1);
  if (!yaml.hasErrors) checkNetwork(yaml);
  return yaml.issues.sort((one, other) => one.line - other.line || one.column - other.column);
}

function checkNetwork(yaml: YamlText): void {
  const root = networkOf(yaml);
  if (!isMap(root)) {
    yaml.report(root, 'notMap');
    return;
  }
  const entries = yaml.entries(root);
  const version = valueAt(entries, 'version');
  if (!isScalar(version) || (version.value !== 1 && version.value !== 2)) {
    yaml.report(version ?? root, 'networkVersion');
    return;
  }
  if (version.value === 1) return;
  for (const { key, value } of entries) {
    if (!['ethernets', 'bonds', 'bridges', 'vlans', 'wifis'].includes(key)) continue;
    if (!isMap(value)) yaml.report(value ?? root, 'noInterface', { key });
    for (const { value: link } of yaml.entries(value)) checkLink(yaml, link);
  }
}

function checkLink(yaml: YamlText, link: Node | null): void {
  const entries = yaml.entries(link);
  for (const item of yaml.items(valueAt(entries, 'addresses')))
    if (isScalar(item) && !isInterfaceAddress(String(item.value))) yaml.report(item, 'address', { address: String(item.value) });
  const servers = valueAt(yaml.entries(valueAt(entries, 'nameservers')), 'addresses');
  const routers = yaml.items(valueAt(entries, 'routes')).map((route) => valueAt(yaml.entries(route), 'via'));
  for (const item of [...yaml.items(servers), ...routers])
    if (isScalar(item) && parseAddress(String(item.value)) === null) yaml.report(item, 'address', { address: String(item.value) });
}

/** An address with the length of its network: `192.0.2.5/24`. */
export function isInterfaceAddress(text: string): boolean {
  const [, address = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const parsed = parseAddress(address);
  return parsed !== null && length !== '' && Number(length) <= parsed.bits;
}

/** Null for a text that says more than the form shows, or that has errors. */
export function readNetworkForm(text: string | null): NetworkForm | null {
  if (text === null) return { way: 'dhcp', addresses: [], gateways: [], nameServers: [] };
  if (checkNetworkConfig(text).some(({ severity }) => severity === 'error')) return null;
  const yaml = new YamlText(text, 1);
  const link = onlyLink(yaml);
  if (link === null) return null;
  const entries = yaml.entries(link);
  const addresses = textsOf(yaml, valueAt(entries, 'addresses'));
  const nameServers = textsOf(yaml, valueAt(yaml.entries(valueAt(entries, 'nameservers')), 'addresses'));
  const routes = yaml.items(valueAt(entries, 'routes')).map((route) => yaml.entries(route));
  const gateways = routes.map((route) => (isDefault(textOf(valueAt(route, 'to'))) ? textOf(valueAt(route, 'via')) : null));
  if (addresses === null || nameServers === null || gateways.some((gateway) => gateway === null)) return null;
  if (valueAt(entries, 'gateway4') !== null || valueAt(entries, 'gateway6') !== null) return null;
  return { way: addresses.length > 0 ? 'static' : 'dhcp', addresses, gateways: gateways.flatMap((one) => one ?? []), nameServers };
}

/**
 * The text that says what the form says, with all else of `before` as it stands there. The interface is known by its address:
 * distributions name it differently. Null: nothing to say, the image's own way (DHCP) will do.
 */
export function writeNetworkForm(before: string | null, form: NetworkForm, macAddress: string): string | null {
  if (before === null && form.way === 'dhcp' && form.nameServers.length === 0) return null;
  const yaml = new YamlText(before ?? fresh(macAddress), 1);
  const { document } = yaml;
  const link = onlyLink(yaml);
  if (document === null || !isMap(link)) throw new RangeError('only a text that the form shows can be changed by it');
  const fixed = form.way === 'static';
  const put = (key: string, value: unknown) => (value === null ? link.delete(key) : link.set(key, document.createNode(value)));
  put('dhcp4', !fixed);
  put('addresses', fixed && form.addresses.length > 0 ? form.addresses : null);
  const routes = form.gateways.map((via) => ({ to: via.includes(':') ? EVERYWHERE[6] : EVERYWHERE[4], via }));
  put('routes', fixed && routes.length > 0 ? routes : null);
  const servers = link.get('nameservers');
  if (form.nameServers.length > 0) {
    if (isMap(servers)) servers.set('addresses', document.createNode(form.nameServers));
    else link.set('nameservers', document.createNode({ addresses: form.nameServers }));
  } else if (isMap(servers)) {
    servers.delete('addresses');
    if (servers.items.length === 0) link.delete('nameservers');
  }
  return printYaml(document);
}

function fresh(macAddress: string): string {
  return `version: 2\nethernets:\n  ${NAME}:\n    match:\n      macaddress: "${macAddress}"\n    set-name: ${NAME}\n`;
}

/** The text may hold it under `network`, as netplan's own files do. */
function networkOf(yaml: YamlText): Node | null {
  const root = yaml.resolve(yaml.document?.contents);
  return (isMap(root) ? valueAt(yaml.entries(root), 'network') : null) ?? root;
}

function onlyLink(yaml: YamlText): YAMLMap | null {
  const entries = yaml.entries(networkOf(yaml));
  const links = yaml.entries(valueAt(entries, 'ethernets'));
  const others = entries.some(({ key }) => !['version', 'renderer', 'ethernets'].includes(key));
  const link = links[0]?.value;
  return links.length === 1 && !others && isMap(link) ? link : null;
}

function textsOf(yaml: YamlText, list: Node | null): string[] | null {
  if (list === null) return [];
  const texts = yaml.items(list).map(textOf);
  return isSeq(list) && texts.every((text) => text !== null) ? texts.flatMap((text) => text ?? []) : null;
}

function isDefault(to: string | null): boolean {
  return to === 'default' || to === EVERYWHERE[4] || to === EVERYWHERE[6];
}
