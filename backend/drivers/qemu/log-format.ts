import type { LogLine } from '../../contract/index.ts';

/**
 * Records of the CRI log format, as the guest's init writes them: `2026-11-22T04:57:14.123Z stdout F text`. `P` in the
 * place of `F` is a part of a line that goes on in the stream's next record. Bytes in, lines out: a part may end inside
 * a character.
 * https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
 */
export class LogParser {
  #rest: Buffer = Buffer.alloc(0);
  readonly #parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  readonly #times = { stdout: null as number | null, stderr: null as number | null };

  push(chunk: Uint8Array): LogLine[] {
    let bytes = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    const lines: LogLine[] = [];
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
      const line = this.#record(bytes.subarray(0, end));
      if (line !== null) lines.push(line);
      bytes = bytes.subarray(end + 1);
    }
    this.#rest = bytes;
    return lines;
  }

  /** Lines that never got their end: a prompt, or the last word of a process that was killed. */
  end(): LogLine[] {
    return (['stdout', 'stderr'] as const).flatMap((stream) => (this.#parts[stream].length === 0 ? [] : [this.#finish(stream)]));
  }

  #record(record: Buffer): LogLine | null {
    const head = /^(\S+) (stdout|stderr) ([FP]) /.exec(record.subarray(0, 64).toString('latin1'));
    // A guest that was killed may leave half a record; the text is shown rather than lost.
    if (head === null) return record.length === 0 ? null : { timeMs: null, stream: 'stdout', text: record.toString() };
    const stream = head[2] as 'stdout' | 'stderr';
    this.#times[stream] ??= Date.parse(head[1] as string) || null;
    this.#parts[stream].push(record.subarray(head[0].length));
    return head[3] === 'F' ? this.#finish(stream) : null;
  }

  #finish(stream: 'stdout' | 'stderr'): LogLine {
    const line: LogLine = { timeMs: this.#times[stream], stream, text: Buffer.concat(this.#parts[stream]).toString() };
    this.#parts[stream] = [];
    this.#times[stream] = null;
    return line;
  }
}

/** The lines of a console that goes on, as they are finished. */
export class BootLines {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array): LogLine[] {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const end = bytes.lastIndexOf(10) + 1;
    this.#rest = bytes.subarray(end);
    return bootLines(bytes.subarray(0, end));
  }

  end(): LogLine[] {
    return bootLines(this.#rest);
  }
}

/** The guest kernel's own console. */
export function bootLines(bytes: Uint8Array): LogLine[] {
  const text = Buffer.from(bytes).toString().trimEnd();
  if (text === '') return [];
  return text.split('\n').map((line) => ({ timeMs: null, stream: 'boot', text: line.replace(/\r$/, '') }));
}
