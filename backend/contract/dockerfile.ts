/**
 * What can be told of a Dockerfile without building it: its stages, what each of them takes from others, and where it cannot be
 * right. The engine has the last word; this is for forms and for the drawing of a build.
 * https://docs.docker.com/reference/dockerfile/
 */

const KEYWORDS = [
  'ADD',
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'RUN',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
] as const;
type Keyword = (typeof KEYWORDS)[number];

/** Instructions that make a layer; the others only change what the image says of itself. */
const LAYER_KEYWORDS: readonly Keyword[] = ['ADD', 'COPY', 'RUN', 'WORKDIR'];

export interface DockerfileInstruction {
  /** Counted from 1. */
  line: number;
  endLine: number;
  keyword: Keyword;
  /** All after the keyword, with continued lines joined. */
  text: string;
}

export interface DockerfileStage {
  index: number;
  name: string | null;
  /** The image, or the stage, that it begins with; build arguments filled in with their defaults. */
  from: string;
  /** The stage that it begins with; null when that is an image. */
  base: number | null;
  /** Stages that it copies or mounts from; with `base`, all that it waits for. */
  copiesFrom: number[];
  /** Its FROM first. */
  instructions: DockerfileInstruction[];
}

export type DockerfileProblemKind =
  | 'unknownInstruction'
  | 'missingFrom'
  | 'beforeFrom'
  | 'wrongFrom'
  | 'missingArguments'
  | 'stageTwice'
  | 'unendedHeredoc';

export interface DockerfileProblem {
  line: number;
  kind: DockerfileProblemKind;
  /** The instruction or name that it is about. */
  word: string;
}

export interface Dockerfile {
  stages: DockerfileStage[];
  /** ARGs before the first FROM and in stages, each once, with its default. */
  args: { name: string; value: string | null }[];
  problems: DockerfileProblem[];
  /** Instructions before the first FROM, which can only be ARG. */
  head: DockerfileInstruction[];
}

export function parseDockerfile(text: string): Dockerfile {
  const { instructions, problems } = readInstructions(text);
  const stages: DockerfileStage[] = [];
  const head: DockerfileInstruction[] = [];
  const args = new Map<string, string | null>();
  const globals = new Map<string, string>();
  for (const instruction of instructions) {
    const { line, keyword } = instruction;
    if (keyword === 'ARG') for (const [name, value] of readArgs(instruction.text)) args.set(name, args.get(name) ?? value);
    if (keyword === 'FROM') {
      const stage = readFrom(instruction, { stages, globals });
      if (stage === null) problems.push({ line, kind: 'wrongFrom', word: instruction.text });
      else {
        if (stage.name !== null && stages.some(({ name }) => name === stage.name))
          problems.push({ line, kind: 'stageTwice', word: stage.name });
        stages.push(stage);
      }
      continue;
    }
    const stage = stages.at(-1);
    if (stage === undefined) {
      if (keyword === 'ARG') {
        head.push(instruction);
        for (const [name, value] of readArgs(instruction.text)) if (value !== null) globals.set(name, fill(value, globals));
      } else problems.push({ line, kind: 'beforeFrom', word: keyword });
      continue;
    }
    stage.instructions.push(instruction);
    if (instruction.text === '' || ((keyword === 'COPY' || keyword === 'ADD') && !hasTarget(instruction.text)))
      problems.push({ line, kind: 'missingArguments', word: keyword });
    for (const source of sourcesOf(instruction)) {
      const index = stageIndex(source, stages.slice(0, stage.index));
      if (index !== null && !stage.copiesFrom.includes(index)) stage.copiesFrom.push(index);
    }
  }
  if (stages.length === 0 && !problems.some(({ kind }) => kind === 'wrongFrom'))
    problems.push({ line: 1, kind: 'missingFrom', word: 'FROM' });
  problems.sort((a, b) => a.line - b.line);
  return { stages, args: [...args].map(([name, value]) => ({ name, value })), problems, head };
}

/** The stage that is built for a target (its name or number; null: the last), and all that it waits for, in their order. */
export function stagesFor(dockerfile: Dockerfile, target: string | null): DockerfileStage[] {
  const { stages } = dockerfile;
  const last = target === null ? stages.length - 1 : stageIndex(target, stages);
  if (last === null || last < 0) return [];
  const needed = new Set<number>();
  const take = (index: number) => {
    const stage = stages[index];
    if (stage === undefined || needed.has(index)) return;
    needed.add(index);
    for (const other of dependenciesOf(stage)) take(other);
  };
  take(last);
  return stages.filter(({ index }) => needed.has(index));
}

export function dependenciesOf({ base, copiesFrom }: DockerfileStage): number[] {
  return base === null ? copiesFrom : [base, ...copiesFrom.filter((index) => index !== base)];
}

/** Whether a builder that makes steps of layers only makes one of this instruction. */
export function makesLayer(stage: DockerfileStage, instruction: DockerfileInstruction): boolean {
  if (instruction.keyword === 'FROM') return stage.base === null && stage.from !== 'scratch';
  return LAYER_KEYWORDS.includes(instruction.keyword);
}

function stageIndex(name: string, stages: readonly DockerfileStage[]): number | null {
  const wanted = name.toLowerCase();
  const named = stages.findLast((stage) => stage.name === wanted);
  if (named !== undefined) return named.index;
  return /^\d+$/.test(name) && stages[Number(name)] !== undefined ? Number(name) : null;
}

/** Stages are named in lower case, whatever their writer used. */
function readFrom(
  instruction: DockerfileInstruction,
  { stages, globals }: { stages: DockerfileStage[]; globals: Map<string, string> },
): DockerfileStage | null {
  const words = instruction.text.split(/\s+/).filter((word) => word !== '' && !word.startsWith('--'));
  const [image = '', as, name] = words;
  const right = words.length === 1 || (words.length === 3 && as?.toLowerCase() === 'as' && /^[a-z][a-z0-9-_.]*$/i.test(name ?? ''));
  if (!right) return null;
  const from = fill(image, globals);
  return {
    index: stages.length,
    name: name?.toLowerCase() ?? null,
    from,
    base: stages.findLast((stage) => stage.name === from.toLowerCase())?.index ?? null,
    copiesFrom: [],
    instructions: [instruction],
  };
}

function sourcesOf({ keyword, text }: DockerfileInstruction): string[] {
  const flags = /^(?:--\S+\s+)*/.exec(text)?.[0] ?? '';
  if (keyword === 'COPY') return [...flags.matchAll(/--from=(\S+)/g)].map((match) => match[1] ?? '');
  if (keyword !== 'RUN') return [];
  return [...flags.matchAll(/--mount=\S*?\bfrom=([^,\s]+)/g)].map((match) => match[1] ?? '');
}

function hasTarget(text: string): boolean {
  const rest = text.replace(/^(?:--\S+\s+)*/, '');
  if (rest.startsWith('[')) return (rest.match(/"/g)?.length ?? 0) >= 4;
  return rest.split(/\s+/).filter(Boolean).length >= 2;
}

function readArgs(text: string): [name: string, value: string | null][] {
  return text
    .split(/\s+(?=[A-Za-z_]\w*(?:=|\s|$))/)
    .filter(Boolean)
    .map((part) => {
      const [, name = part, value] = /^([^=]+)=(.*)$/s.exec(part) ?? [];
      return [name, value === undefined ? null : value.replace(/^(["'])(.*)\1$/s, '$2')];
    });
}

/** `$NAME`, `${NAME}` and `${NAME:-default}`. */
function fill(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g, (whole, braced?: string, otherwise?: string, bare?: string) => {
    return values.get(braced ?? bare ?? '') ?? otherwise ?? whole;
  });
}

function readInstructions(text: string): { instructions: DockerfileInstruction[]; problems: DockerfileProblem[] } {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const escaping = escapeCharacter(lines);
  const continued = escaping === '`' ? /`[ \t]*$/ : /\\[ \t]*$/;
  const instructions: DockerfileInstruction[] = [];
  const problems: DockerfileProblem[] = [];
  const isComment = (line: string) => /^\s*(#|$)/.test(line);
  for (let at = 0; at < lines.length; at++) {
    if (isComment(lines[at] ?? '')) continue;
    const first = at;
    let whole = '';
    for (; at < lines.length; at++) {
      const line = lines[at] ?? '';
      // Comments and empty lines may stand within a continued instruction.
      if (at > first && isComment(line)) continue;
      whole += line.replace(continued, '');
      if (!continued.test(line)) break;
    }
    const [, word = '', rest = ''] = /^\s*(\S+)\s*(.*)$/s.exec(whole) ?? [];
    const keyword = KEYWORDS.find((one) => one === word.toUpperCase());
    if (keyword === 'RUN' || keyword === 'COPY' || keyword === 'ADD') {
      for (const [, dash, , mark = ''] of rest.matchAll(/<<(-?)(["']?)([A-Za-z_]\w*)\2/g)) {
        const end = lines.findIndex((line, index) => index > at && (dash === '-' ? line.replace(/^\t+/, '') : line) === mark);
        if (end === -1) problems.push({ line: first + 1, kind: 'unendedHeredoc', word: mark });
        at = end === -1 ? lines.length : end;
      }
    }
    if (keyword === undefined) problems.push({ line: first + 1, kind: 'unknownInstruction', word });
    else instructions.push({ line: first + 1, endLine: Math.min(at, lines.length - 1) + 1, keyword, text: rest.trim() });
  }
  return { instructions, problems };
}

/** A directive stands in a comment before everything else. */
function escapeCharacter(lines: readonly string[]): string {
  for (const line of lines) {
    const [, name, value] = /^\s*#\s*(\w+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    if (name === undefined) return '\\';
    if (name.toLowerCase() === 'escape') return value ?? '\\';
  }
  return '\\';
}
