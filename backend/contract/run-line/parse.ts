import { type ContainerSpec, containerSpec, emptySpec } from '../container-spec.ts';
import { FLAGS, type Flag, type Reading } from './flags.ts';
import { OTHER_FLAGS, OTHER_SHORT, type OtherReason, SAME } from './other-flags.ts';
import { type ShellTrouble, type ShellWord, splitShellLine } from './shell-words.ts';
import { BadValue, type ValueReason } from './values.ts';

export type LineReason =
  | ValueReason
  | OtherReason
  | ShellTrouble['reason']
  | 'badValue'
  | 'notRunLine'
  | 'noImage'
  | 'unknownFlag'
  | 'missingValue'
  | 'fromEnvironment'
  | 'globalFlag'
  | 'badSpec';

/** Something on the line that could not be taken as it is. `start` and `end` are places in the line. */
export interface LineIssue {
  reason: LineReason;
  params: Record<string, string>;
  /** As it stands on the line. */
  text: string;
  start: number;
  end: number;
}

export interface ParsedLine {
  spec: ContainerSpec;
  issues: LineIssue[];
  /** `docker create`, not `run`. */
  createOnly: boolean;
}

const BY_NAME = new Map(FLAGS.map((flag) => [flag.name, flag]));
const BY_SHORT = new Map(FLAGS.flatMap((flag) => (flag.short === undefined ? [] : [[flag.short, flag]])));
/** Flags of `docker` itself that take a value. */
const GLOBAL_VALUES = /^(-H|-c|-l|--host|--context|--config|--log-level|--connection|--url|--root|--runroot)$/;

/** Reads a `docker run` or `podman run` line. What it cannot take is told with its place; nothing is dropped silently. */
export function parseRunLine(line: string): ParsedLine {
  return new LineReader(line).read();
}

class LineReader {
  readonly #line: string;
  readonly #words: ShellWord[];
  readonly #issues: LineIssue[] = [];
  readonly #reading = emptyReading();
  readonly #applied: { flag: Flag; text: string; place: Place }[] = [];
  #at = 0;

  constructor(line: string) {
    this.#line = line;
    const { words, trouble } = splitShellLine(line);
    this.#words = words;
    for (const { reason, start, end } of trouble) this.#tell(reason, { start, end });
  }

  read(): ParsedLine {
    const createOnly = this.#readStart();
    this.#readFlags();
    const { spec } = this.#reading;
    const [image, ...command] = this.#words.slice(this.#at);
    spec.image = image?.text ?? '';
    if (image === undefined || image.text === '') this.#tell('noImage', { start: this.#line.length, end: this.#line.length });
    const [program, ...args] = spec.entrypoint ?? [];
    if (program !== undefined) spec.entrypoint = [program];
    spec.command = [...args, ...command.map(({ text }) => text)];
    this.#join();
    return { spec: this.#checked(spec), issues: this.#issues.sort((one, other) => one.start - other.start), createOnly };
  }

  /** `[$] [sudo] [NAME=value…] docker|podman [flags] [container] run|create` */
  #readStart(): boolean {
    const skip = (pattern: RegExp) => {
      while (pattern.test(this.#next()?.text ?? '')) this.#at++;
    };
    skip(/^(\$|>|sudo)$/);
    skip(/^[A-Za-z_]\w*=/);
    const engine = this.#next();
    if (!/^(.*\/)?(docker|podman|nerdctl)(\.exe)?$/.test(engine?.text ?? '')) {
      this.#tell('notRunLine', engine ?? { start: 0, end: this.#line.length });
      return false;
    }
    this.#at++;
    for (let flag = this.#next(); flag?.text.startsWith('-'); flag = this.#next()) {
      this.#at += GLOBAL_VALUES.test(flag.text) ? 2 : 1;
      this.#tell('globalFlag', { start: flag.start, end: this.#words[this.#at - 1]?.end ?? flag.end });
    }
    if (this.#next()?.text === 'container') this.#at++;
    const verb = this.#next();
    if (verb?.text === 'run' || verb?.text === 'create') this.#at++;
    else this.#tell('notRunLine', verb ?? engine ?? { start: 0, end: this.#line.length });
    return verb?.text === 'create';
  }

  #readFlags(): void {
    for (let word = this.#next(); word !== undefined; word = this.#next()) {
      if (!word.text.startsWith('-') || word.text === '-') return;
      this.#at++;
      if (word.text === '--') return;
      if (word.text.startsWith('--')) this.#readLong(word);
      else this.#readShort(word);
    }
  }

  #readLong(word: ShellWord): void {
    const equals = word.text.indexOf('=');
    const written = equals < 0 ? word.text.slice(2) : word.text.slice(2, equals);
    this.#take(SAME.get(written) ?? written, word, equals < 0 ? null : word.text.slice(equals + 1));
  }

  /** `-itd`, `-p80:80`, `-p=80:80`, `-p 80:80` */
  #readShort(word: ShellWord): void {
    for (let at = 1; at < word.text.length; at++) {
      const short = word.text[at] ?? '';
      const name = BY_SHORT.get(short)?.name ?? OTHER_SHORT.get(short) ?? `-${short}`;
      const isSwitch = BY_NAME.get(name)?.isSwitch ?? OTHER_FLAGS.get(name)?.isSwitch ?? true;
      const rest = word.text.slice(at + 1);
      if (isSwitch && !rest.startsWith('=')) {
        this.#take(name, word, null);
        continue;
      }
      this.#take(name, word, rest === '' ? null : rest.replace(/^=/, ''));
      return;
    }
  }

  /** @param given what stands behind the flag in the same word */
  #take(name: string, word: ShellWord, given: string | null): void {
    const flag = BY_NAME.get(name);
    const other = OTHER_FLAGS.get(name);
    if (flag === undefined && other === undefined) {
      this.#tell('unknownFlag', word);
      return;
    }
    let end = word.end;
    let text = given;
    if (text === null && (flag ?? other)?.isSwitch) text = 'true';
    if (text === null) {
      const next = this.#next();
      if (next === undefined) {
        this.#tell('missingValue', word);
        return;
      }
      this.#at++;
      ({ text, end } = next);
    }
    const place = { start: word.start, end };
    if (flag !== undefined) this.#apply(flag, text, place);
    else if (other?.reason) this.#tell(other.reason, place, { value: text });
  }

  #apply(flag: Flag, text: string, place: Place): void {
    // The shell that the line was meant for would give the value.
    const seccompFile = flag.name === 'security-opt' && /^seccomp=(?!unconfined$|builtin$|\{)/.test(text);
    try {
      if (flag.name === 'env' && !text.includes('=')) this.#tell('fromEnvironment', place, { name: text });
      else if (seccompFile) this.#tell('needsFile', place, { value: text.slice('seccomp='.length) });
      else {
        flag.read(this.#reading, text);
        this.#applied.push({ flag, text, place });
      }
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      this.#tell(error.reason, place, error.params);
    }
  }

  /** What was said apart from the network or the volumes that it is about. */
  #join(): void {
    const { spec, aliases, ipv4, ipv6, volumeDriver } = this.#reading;
    if (aliases.length > 0 || ipv4 !== null || ipv6 !== null) {
      const [first = { network: 'default', aliases: [], ipv4: null, ipv6: null }, ...others] = spec.networks;
      spec.networks = [
        { ...first, aliases: [...first.aliases, ...aliases], ipv4: ipv4 ?? first.ipv4, ipv6: ipv6 ?? first.ipv6 },
        ...others,
      ];
    }
    if (volumeDriver !== null) {
      spec.mounts = spec.mounts.map((mount) =>
        mount.type === 'volume' && mount.driver === null ? { ...mount, driver: volumeDriver } : mount,
      );
    }
  }

  /** What no single flag can see: each field that the contract refuses is told and left out. */
  #checked(spec: ContainerSpec): ContainerSpec {
    const result = containerSpec.safeParse(spec.image === '' ? { ...spec, image: '-' } : spec);
    if (result.success) return spec;
    const empty = emptySpec(spec.image === '' ? '-' : spec.image);
    const bad = new Set(result.error.issues.map(({ path }) => path[0] as keyof ContainerSpec));
    for (const field of bad) {
      this.#tell('badSpec', this.#placeOf(field), { field, value: JSON.stringify(spec[field]) });
      Object.assign(spec, { [field]: empty[field] });
    }
    return spec;
  }

  /** Of the last flag that says something of the field; else the whole line. */
  #placeOf(field: keyof ContainerSpec): Place {
    const says = ({ flag, text }: { flag: Flag; text: string }) => {
      const reading = emptyReading();
      flag.read(reading, text);
      return JSON.stringify(reading.spec[field]) !== JSON.stringify(emptyReading().spec[field]);
    };
    return this.#applied.findLast(says)?.place ?? { start: 0, end: this.#line.length };
  }

  #next(): ShellWord | undefined {
    return this.#words[this.#at];
  }

  #tell(reason: LineReason, { start, end }: Place, params: Record<string, string> = {}): void {
    this.#issues.push({ reason, params, text: this.#line.slice(start, end), start, end });
  }
}

function emptyReading(): Reading {
  return { spec: emptySpec('-'), aliases: [], ipv4: null, ipv6: null, volumeDriver: null };
}

interface Place {
  start: number;
  end: number;
}
