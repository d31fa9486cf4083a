import { expect } from 'vitest';
import type { MachineId } from '../backend/contract/index.ts';
import type { Driver } from '../backend/drivers/driver.ts';
import { inGuest } from './in-guest.ts';

/** Starts a graphical session without a picture in a `debianGuest`, with the agent that shares its clipboard: the units `xvfb` and `agent`, on display :0. */
export async function startDesktop(machine: { driver: Driver; id: MachineId }): Promise<void> {
  const runs = ['systemd-run', '--quiet', '--setenv=DISPLAY=:0'] as const;
  const screen = await inGuest(machine, ...runs, '--unit=xvfb', 'Xvfb', ':0', '-screen', '0', '640x480x24', '-nolisten', 'tcp', '-ac');
  // It ends when it finds no screen yet.
  const again = ['--property=Restart=always', '--property=RestartSec=1'];
  const agent = await inGuest(machine, ...runs, ...again, '--unit=agent', 'spice-vdagent', '-x');
  expect([screen.errors, agent.errors]).toEqual(['', '']);
}
