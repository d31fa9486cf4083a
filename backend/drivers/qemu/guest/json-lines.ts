/** The longest answer there is: a program's captured output, 16 MiB of it in base64, twice. What is longer is no answer. */
const MOST_BYTES = 48 * 1024 * 1024;
const NEWLINE = 0x0a;
/** Begins the answer to `guest-sync-delimited`, and no JSON has it. */
const SENTINEL = 0xff;

export interface Line {
  /** Whether the sentinel came before it. */
  delimited: boolean;
  text: string;
}

/** Cuts what a guest sends into lines; it may send anything. */
export class GuestLines {
  #parts: Buffer[] = [];
  #bytes = 0;
  #delimited = false;

  /** @throws RangeError for a line that no agent would send */
  take(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      const newline = rest.indexOf(NEWLINE);
      this.#add(newline === -1 ? rest : rest.subarray(0, newline));
      if (newline === -1) break;
      lines.push({ delimited: this.#delimited, text: Buffer.concat(this.#parts).toString() });
      this.#clear();
      rest = rest.subarray(newline + 1);
    }
    return lines;
  }

  #add(bytes: Buffer): void {
    const sentinel = bytes.lastIndexOf(SENTINEL);
    if (sentinel !== -1) {
      this.#clear();
      this.#delimited = true;
    }
    const part = bytes.subarray(sentinel + 1);
    this.#bytes += part.length;
    if (this.#bytes > MOST_BYTES) throw new RangeError('the guest sends a line without an end');
    this.#parts.push(part);
  }

  #clear(): void {
    this.#parts = [];
    this.#bytes = 0;
    this.#delimited = false;
  }
}
