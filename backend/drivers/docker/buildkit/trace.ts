import { fieldsOf, type ProtoField, textOf } from './protobuf.ts';

/** One node of the build's graph, as BuildKit tells of it: again whenever something of it changes. */
export interface Vertex {
  digest: string;
  inputs: string[];
  name: string;
  cached: boolean;
  startedAtMs: number | null;
  completedAtMs: number | null;
  error: string;
}

/** Bytes (or other units) of one part of a vertex, as of a layer that is pulled. */
export interface VertexStatus {
  id: string;
  vertex: string;
  current: number;
  total: number;
}

export interface VertexLog {
  vertex: string;
  timeMs: number | null;
  /** 1 standard output, 2 standard error */
  stream: number;
  message: Uint8Array;
}

export interface StatusResponse {
  vertexes: Vertex[];
  statuses: VertexStatus[];
  logs: VertexLog[];
}

/**
 * Reads `moby.buildkit.v1.StatusResponse`.
 * https://github.com/moby/buildkit/blob/v0.8.3/api/services/control/control.proto
 * @throws RangeError for bytes that are none
 */
export function decodeStatus(message: Uint8Array): StatusResponse {
  const status: StatusResponse = { vertexes: [], statuses: [], logs: [] };
  for (const { number, value } of fieldsOf(message)) {
    if (typeof value === 'number') continue;
    if (number === 1) status.vertexes.push(decodeVertex(value));
    else if (number === 2) status.statuses.push(decodeVertexStatus(value));
    else if (number === 3) status.logs.push(decodeLog(value));
  }
  return status;
}

function decodeVertex(message: Uint8Array): Vertex {
  const vertex: Vertex = { digest: '', inputs: [], name: '', cached: false, startedAtMs: null, completedAtMs: null, error: '' };
  for (const { number, value } of fieldsOf(message)) {
    if (number === 1) vertex.digest = textOf(value);
    else if (number === 2) vertex.inputs.push(textOf(value));
    else if (number === 3) vertex.name = textOf(value);
    else if (number === 4) vertex.cached = value === 1;
    else if (number === 5) vertex.startedAtMs = timeOf(value);
    else if (number === 6) vertex.completedAtMs = timeOf(value);
    else if (number === 7) vertex.error = textOf(value);
  }
  return vertex;
}

function decodeVertexStatus(message: Uint8Array): VertexStatus {
  const status: VertexStatus = { id: '', vertex: '', current: 0, total: 0 };
  for (const { number, value } of fieldsOf(message)) {
    if (number === 1) status.id = textOf(value);
    else if (number === 2) status.vertex = textOf(value);
    else if (number === 4) status.current = Number(value);
    else if (number === 5) status.total = Number(value);
  }
  return status;
}

function decodeLog(message: Uint8Array): VertexLog {
  const log: VertexLog = { vertex: '', timeMs: null, stream: 1, message: new Uint8Array() };
  for (const { number, value } of fieldsOf(message)) {
    if (number === 1) log.vertex = textOf(value);
    else if (number === 2) log.timeMs = timeOf(value);
    else if (number === 3) log.stream = Number(value);
    else if (number === 4 && typeof value !== 'number') log.message = value;
  }
  return log;
}

/** `google.protobuf.Timestamp` */
function timeOf(value: ProtoField['value']): number | null {
  if (typeof value === 'number') return null;
  let ms = 0;
  for (const field of fieldsOf(value)) {
    if (field.number === 1) ms += Number(field.value) * 1000;
    else if (field.number === 2) ms += Number(field.value) / 1e6;
  }
  return ms;
}
