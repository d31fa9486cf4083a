import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { containerSpec, transport } from '../container-spec.ts';
import { containerTemplate, templateId, templateName } from '../container-template.ts';
import { healthReport, machineEvent } from '../event.ts';
import { engineId, machineId, terminalId } from '../ids.ts';
import { inventoryEvent } from '../inventory.ts';
import { isolation } from '../isolation.ts';
import { limitsChange, limitsReport, restartReport } from '../limits.ts';
import { logEvent, logRequest, logSaveRequest } from '../logs.ts';
import { machineAction, machineDetails, portForward, restartPolicy, runRequest, terminalKind } from '../machine.ts';
import { metricSubject, metricsHistory, metricsTick } from '../metrics.ts';
import { problem } from '../problem.ts';
import { machineProcesses, signalRequest } from '../process.ts';
import { terminalSession, terminalSize } from '../terminal.ts';

import { base } from './base.ts';

export const inventoryCalls = {
  watch: base.output(eventIterator(inventoryEvent)),
  /** Looks for engines now, instead of at the next turn; returns when the look is over. */
  search: base.output(z.void()),
};

export const machinesCalls = {
  /** Returns once the machine runs; goes on as a task when the caller goes away. */
  run: base.input(runRequest).output(z.object({ machineId })),
  /** The same action on many; each answers for itself. `force` removes a running one too. */
  act: base
    .input(z.object({ ids: z.array(machineId).min(1).max(2000), action: machineAction, force: z.boolean().optional() }))
    .output(z.array(z.object({ id: machineId, problem: problem.nullable() }))),
  inspect: base.input(z.object({ id: machineId })).output(machineDetails),
  /** Replaces a running virtual machine's forwards. */
  setPorts: base.input(z.object({ id: machineId, ports: z.array(portForward) })).output(z.void()),
};

export const eventsCalls = {
  /** What is known of the machine so far, oldest first; then what happens. */
  watch: base.input(z.object({ id: machineId })).output(eventIterator(z.array(machineEvent))),
};

export const healthCalls = {
  /** Null without a health check. */
  get: base.input(z.object({ id: machineId })).output(healthReport.nullable()),
};

export const processesCalls = {
  list: base.input(z.object({ id: machineId })).output(machineProcesses),
  /** Only that very process gets it, or none. */
  signal: base.input(signalRequest).output(z.void()),
};

export const logsCalls = {
  /** One log, or many merged by time, oldest first. Slow reader: the sources wait. */
  read: base.input(logRequest).output(eventIterator(logEvent)),
  /** All lines of the range as a text file; returns when the page has it. */
  save: base.input(logSaveRequest).output(z.object({ lines: z.int() })),
};

export const containersCalls = {
  /** Pulls the image if it has to; returns when the container is there, or runs. Goes on as a task when the caller goes away. */
  create: base.input(z.object({ engineId, spec: containerSpec, start: z.boolean() })).output(z.object({ machineId })),
  /** Puts another in the place of one, with its name and its volumes; when that fails, the old one is as it was. A task. */
  recreate: base.input(z.object({ id: machineId, spec: containerSpec, start: z.boolean() })).output(z.object({ machineId })),
  /** What would make this container again: `copy` has volumes, ports and a name of its own, `same` has the same. */
  describe: base.input(z.object({ id: machineId, as: z.enum(['copy', 'same']) })).output(z.object({ engineId, spec: containerSpec })),
  /** Who has a port of the engine's host (null: nobody), and the next one at or above it that nobody has. */
  port: base
    .input(z.object({ engineId, protocol: transport, port: z.int().min(1).max(65535), except: machineId.nullable() }))
    .output(z.object({ owner: z.string().nullable(), next: z.int() })),
};

export const templatesCalls = {
  list: base.output(z.array(containerTemplate)),
  save: base.input(z.object({ name: templateName, spec: containerSpec })).output(containerTemplate),
  rename: base.input(z.object({ id: templateId, name: templateName })).output(z.void()),
  remove: base.input(z.object({ id: templateId })).output(z.void()),
};

export const limitsCalls = {
  get: base.input(z.object({ id: machineId })).output(limitsReport),
  /** All of the change or nothing; in force when it returns. */
  set: base.input(z.object({ id: machineId, change: limitsChange })).output(z.void()),
};

export const restartCalls = {
  get: base.input(z.object({ engineId })).output(restartReport),
  setPolicy: base.input(z.object({ id: machineId, policy: restartPolicy })).output(z.void()),
};

export const isolationCalls = {
  /** Read anew at every call. */
  get: base.input(z.object({ id: machineId })).output(isolation),
};

export const metricsCalls = {
  /** `hz` applies to `subjects`; null is every subject. Ends with the subscription. */
  watch: base
    .input(z.object({ subjects: z.array(metricSubject).nullable(), hz: z.union([z.literal(1), z.literal(10)]) }))
    .output(eventIterator(metricsTick)),
  history: base
    .input(z.object({ subject: metricSubject, fromMs: z.number(), toMs: z.number(), points: z.int().min(2).max(2000) }))
    .output(metricsHistory),
};

export const terminalsCalls = {
  list: base.output(z.array(terminalSession)),
  /** A console or attach terminal that is open already is shared; a shell is always new. */
  open: base.input(z.object({ machineId, kind: terminalKind, size: terminalSize })).output(terminalSession),
  close: base.input(z.object({ id: terminalId })).output(z.void()),
};
