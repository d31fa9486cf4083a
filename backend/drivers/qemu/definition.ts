import { z } from 'zod';
import { imageId, portForward, problem, twinId } from '../../contract/index.ts';
import { AppError, messageOf } from '../../core/index.ts';
import type { ImageProcess } from '../driver.ts';

const imageProcess = z.object({
  entrypoint: z.array(z.string()),
  command: z.array(z.string()),
  env: z.array(z.string()),
  workingDir: z.string(),
  user: z.string(),
  exposedPorts: z.array(z.object({ protocol: z.enum(['tcp', 'udp']), port: z.int().min(1).max(65535) })),
  stopSignal: z.string().nullable(),
}) satisfies z.ZodType<ImageProcess>;

/** `vm.json`: a virtual machine as it is defined. People may read it, and edit it while the machine is stopped. */
export const definition = z.object({
  version: z.literal(1),
  name: z.string().min(1).max(63),
  createdAtMs: z.number(),
  image: z.object({ id: imageId, name: z.string() }),
  twinId: twinId.nullable(),
  /** Whole virtual processors: a guest cannot be given a part of one. */
  cpus: z.int().min(1).max(64),
  memoryBytes: z.int().min(64 * 1024 * 1024),
  /** Highest number of tasks in the guest; null: no limit. */
  processes: z.int().positive().nullable(),
  ports: z.array(portForward),
  process: imageProcess,
  /** Virtual size of its disk, which templates are made for; null: not known, and it starts without one. */
  diskBytes: z.int().positive().nullable().default(null),
  /** Whether the disk is made: false until `setDisk`. */
  hasDisk: z.boolean(),
  /** Why its disk could not be made. */
  problem: problem.nullable(),
});
export type Definition = z.infer<typeof definition>;

/** @throws AppError `definitionInvalid`, naming what is wrong */
export function parseDefinition(path: string, text: string): Definition {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new AppError('definitionInvalid', { path, message: messageOf(error) }, { cause: error });
  }
  const result = definition.safeParse(json);
  if (result.success) return result.data;
  const message = result.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`).join('; ');
  throw new AppError('definitionInvalid', { path, message });
}

export function formatDefinition(value: Definition): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
