import type { PortForward } from '../../../backend/contract/index.ts';
import type { PortRow } from '../fields/port-row.ts';
import type { HardwareIssue } from './hardware-draft.ts';

export type VmPortRow = PortRow<PortForward['protocol']>;

/** Forwards as the form shows them. */
export function portRowsOf(ports: readonly PortForward[]): VmPortRow[] {
  return ports.map(({ hostAddress, hostPort, machinePort, protocol }) => ({
    hostAddress,
    hostPort: String(hostPort),
    innerPort: String(machinePort),
    protocol,
  }));
}

/** The forwards that a form says, and what keeps them from being some. */
export function readPortRows(rows: readonly VmPortRow[]): { ports: PortForward[]; issues: HardwareIssue[] } {
  const issues: HardwareIssue[] = [];
  const isPort = (text: string) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
  const seen = new Set<string>();
  const ports = rows.map(({ hostAddress, hostPort, innerPort, protocol }, index) => {
    const key = `${protocol} ${hostPort}`;
    if (!isPort(hostPort) || !isPort(innerPort)) issues.push({ field: `ports.${index}`, message: 'newVm.issue.port' });
    else if (seen.has(key)) issues.push({ field: `ports.${index}`, message: 'newVm.issue.portTwice' });
    seen.add(key);
    return { protocol, hostAddress: hostAddress.trim() || '0.0.0.0', hostPort: Number(hostPort), machinePort: Number(innerPort) };
  });
  return { ports, issues };
}
