import type { PortForward } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import { forwardRule, hostSide } from './qemu-options.ts';
import type { Qmp } from './qmp.ts';

/**
 * Changes a running machine's forwards: all of them, or none.
 * @throws AppError `portTaken`
 */
export async function setForwards(
  qmp: Qmp,
  of: { from: readonly PortForward[]; to: readonly PortForward[]; nextPort: (port: number) => Promise<number> },
  signal: AbortSignal,
): Promise<void> {
  const gone = of.from.filter((port) => !of.to.some((other) => forwardRule(other) === forwardRule(port)));
  const come = of.to.filter((port) => !of.from.some((other) => forwardRule(other) === forwardRule(port)));
  for (const port of gone) await qmp.monitor(`hostfwd_remove net ${hostSide(port)}`, signal);
  const added: PortForward[] = [];
  for (const port of come) {
    const refusal = await qmp.monitor(`hostfwd_add net ${forwardRule(port)}`, signal);
    if (refusal === '') {
      added.push(port);
      continue;
    }
    for (const back of added) await qmp.monitor(`hostfwd_remove net ${hostSide(back)}`, signal);
    for (const back of gone) await qmp.monitor(`hostfwd_add net ${forwardRule(back)}`, signal);
    const next = await of.nextPort(port.hostPort);
    throw new AppError('portTaken', { port: port.hostPort, owner: 'another program', next }, { detail: refusal });
  }
}
