import { z } from 'zod';
import { engineId, taskId } from './ids.ts';
import type { Machine } from './machine.ts';
import { problem } from './problem.ts';

/** A name that Compose takes for a new stack (https://docs.docker.com/compose/how-tos/project-name/). */
export const stackName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/);

/** A stack is known by its name on its engine. Found ones are called whatever their labels say. */
export const stackRef = z.object({ engineId, name: z.string().min(1).max(255) });
export type StackRef = z.infer<typeof stackRef>;

/** The program that reads Compose files on an engine's host. */
export const composeTool = z.object({
  /** As it would be typed: `docker compose`, `podman-compose`. */
  command: z.string(),
  version: z.string(),
});
export type ComposeTool = z.infer<typeof composeTool>;

/** Every rule that a Compose file can break; keys of the renderer's catalogue, filled with `params`. */
export const composeRule = z.enum([
  'syntax',
  'noServices',
  'wrongType',
  'unknownKey',
  'unknownKeyMeant',
  'needsImage',
  'invalidPort',
  'portTwice',
  'undefinedService',
  'undefinedNetwork',
  'undefinedVolume',
  'undefinedSecret',
  'undefinedConfig',
  'cycle',
  'invalidVariable',
  'missingVariable',
  'requiredVariable',
  'missingEnvFile',
  'fixedNameScaled',
  'tool',
]);
export type ComposeRule = z.infer<typeof composeRule>;

/** Lines and columns count from 1. */
export const composeProblem = z.object({
  path: z.string(),
  line: z.int().positive(),
  column: z.int().positive(),
  severity: z.enum(['error', 'warning']),
  rule: composeRule,
  params: z.record(z.string(), z.string()),
});
export type ComposeProblem = z.infer<typeof composeProblem>;

/** A service as the files define it, after their merge. */
export const composeService = z.object({
  name: z.string(),
  image: z.string().nullable(),
  builds: z.boolean(),
  dependsOn: z.array(z.string()),
  /** In as many containers `up` starts it. */
  replicas: z.int().min(0),
});
export type ComposeService = z.infer<typeof composeService>;

export const composeFile = z.object({
  path: z.string(),
  text: z.string(),
  /** Of the file when it was read; a save that names an older one is refused. */
  modifiedMs: z.number(),
});
export type ComposeFile = z.infer<typeof composeFile>;

/** What the files of a stack say, and what is wrong with them. */
export const stackDefinition = z.object({
  files: z.array(composeFile),
  services: z.array(composeService),
  problems: z.array(composeProblem),
});
export type StackDefinition = z.infer<typeof stackDefinition>;

/** A stack whose files were opened here: it is listed whether or not any of its containers are there. */
export const stackProject = z.object({
  ...stackRef.shape,
  /** Absolute paths on the engine's host; later ones override earlier ones. */
  files: z.array(z.string()).min(1),
  /** Its text was dropped here: the file lies in the app's own data folder. */
  own: z.boolean(),
});
export type StackProject = z.infer<typeof stackProject>;

/** The last command that was run on a stack. */
export const stackRun = z.object({
  taskId,
  /** As it would be typed, secrets masked. */
  commandLine: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** What it wrote, oldest first, secrets masked; the first lines go when there are too many. */
  lines: z.array(z.string()),
  problem: problem.nullable(),
});
export type StackRun = z.infer<typeof stackRun>;

/**
 * What can be done with a stack. `up` and a larger `scale` need its files and an installed Compose, `pull` only its files; all
 * else is done by the engine, by the labels, whoever started the stack.
 */
export const stackCommand = z.discriminatedUnion('do', [
  z.object({ do: z.literal('up') }),
  z.object({ do: z.literal('pull') }),
  /** Without `service` all of them, in the order of their needs. */
  z.object({ do: z.enum(['start', 'stop', 'restart']), service: z.string().optional() }),
  z.object({ do: z.literal('scale'), service: z.string(), replicas: z.int().min(0).max(1000) }),
  /** Removes containers and networks, and the stack's own volumes only if asked. */
  z.object({ do: z.literal('down'), volumes: z.boolean() }),
]);
export type StackCommand = z.infer<typeof stackCommand>;

/** What the labels of a stack's container say (Docker Compose, podman-compose). */
export interface StackPlace {
  stack: string;
  service: string;
  /** 1, 2, 3… among the containers of its service. */
  number: number;
  /** Made by `compose run`: no replica of its service. */
  oneOff: boolean;
  /** Absolute; empty when the labels do not say. */
  files: string[];
  /** Null when the labels do not say. */
  dependsOn: string[] | null;
}

export interface StackService {
  name: string;
  /** Its replicas, by number. */
  machines: Machine[];
  dependsOn: string[];
}

/** The containers that carry one stack's label on one engine, whoever started them. */
export interface Stack extends StackRef {
  services: StackService[];
  /** Of all services, with what was made by `compose run`. */
  machines: Machine[];
  files: string[];
}

type Labels = Readonly<Record<string, string>>;

/** Null for a container of no stack. */
export function stackPlaceOf(labels: Labels): StackPlace | null {
  const stack = stackOf(labels);
  const service = composeLabel(labels, 'service');
  if (stack === null || service === undefined) return null;
  const folder = composeLabel(labels, 'project.working_dir') ?? '';
  const files = (composeLabel(labels, 'project.config_files') ?? '').split(',').filter((file) => file !== '');
  const dependsOn = composeLabel(labels, 'depends_on');
  return {
    stack,
    service,
    number: Number(composeLabel(labels, 'container-number')) || 1,
    oneOff: composeLabel(labels, 'oneoff')?.toLowerCase() === 'true',
    files: files.flatMap((file) => (file.startsWith('/') ? file : folder.startsWith('/') ? `${folder}/${file}` : [])),
    // `db:service_started:false,cache:service_healthy:true`
    dependsOn: dependsOn === undefined ? null : dependsOn.split(',').flatMap((one) => one.split(':')[0] || []),
  };
}

/** The stack that a container, a volume or a network was made for; null when for none. */
export function stackOf(labels: Labels): string | null {
  return composeLabel(labels, 'project') || null;
}

function composeLabel(labels: Labels, name: string): string | undefined {
  return labels[`com.docker.compose.${name}`] ?? labels[`io.podman.compose.${name}`];
}

/** Groups machines into stacks, in the order of names. */
export function groupStacks(machines: Iterable<Machine>): Stack[] {
  const stacks = new Map<string, { stack: Stack; members: { machine: Machine; place: StackPlace }[] }>();
  for (const machine of machines) {
    const place = stackPlaceOf(machine.labels);
    if (place === null) continue;
    const key = stackKey({ engineId: machine.engineId, name: place.stack });
    const found = stacks.get(key) ?? {
      stack: { engineId: machine.engineId, name: place.stack, services: [], machines: [], files: [] },
      members: [],
    };
    found.members.push({ machine, place });
    stacks.set(key, found);
  }
  return [...stacks.values()].map(({ stack, members }) => fill(stack, members)).sort(byName);
}

export function stackKey({ engineId, name }: StackRef): string {
  return `${engineId}/${name}`;
}

function fill(stack: Stack, members: { machine: Machine; place: StackPlace }[]): Stack {
  members.sort((a, b) => a.place.number - b.place.number || (a.machine.name < b.machine.name ? -1 : 1));
  const services = new Map<string, StackService>();
  for (const { machine, place } of members) {
    const service = services.get(place.service) ?? { name: place.service, machines: [], dependsOn: [] };
    if (!place.oneOff) service.machines.push(machine);
    service.dependsOn = [...new Set([...service.dependsOn, ...(place.dependsOn ?? [])])];
    services.set(place.service, service);
  }
  return {
    ...stack,
    machines: members.map(({ machine }) => machine),
    // `run` and `up` of one stack name the same files; a container of an older `up` may name others.
    files: members.map(({ place }) => place.files).findLast((files) => files.length > 0) ?? [],
    services: [...services.values()].sort(byName),
  };
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
