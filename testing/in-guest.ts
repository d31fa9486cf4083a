import type { MachineId } from '../backend/contract/index.ts';
import type { Driver } from '../backend/drivers/driver.ts';
import { facetOf } from '../backend/drivers/facets.ts';

const never = new AbortController().signal;

/** What a program did in a machine whose guest agent runs. */
export async function inGuest(
  { driver, id }: { driver: Driver; id: MachineId },
  ...command: string[]
): Promise<{ exitCode: number | null; output: string; errors: string }> {
  const exit = await facetOf(driver, 'guest').exec({ id, command, input: '' }, never);
  const text = (base64: string) => Buffer.from(base64, 'base64').toString();
  return { exitCode: exit.exitCode, output: text(exit.output), errors: text(exit.errors) };
}
