/** Rows whose height is remembered; when there are more, the oldest count as plain ones again. */
const MOST_MEASURED = 20_000;

/**
 * Where rows stand when most have one height and some, which wrap, were measured to have another. Rows are numbers that never
 * change; offsets count from row `first`.
 */
export class RowHeights {
  readonly #plainPx: number;
  /** Sorted rows that are higher, and by how much. */
  #rows: number[] = [];
  #extras: number[] = [];
  /** Sum of the extras before each place. */
  #sums: number[] = [0];

  constructor(plainPx: number) {
    this.#plainPx = plainPx;
  }

  offsetOf(row: number, first: number): number {
    return (row - first) * this.#plainPx + this.#extraBefore(row) - this.#extraBefore(first);
  }

  /** The row that covers an offset. */
  rowAt(offset: number, first: number, end: number): number {
    let low = first;
    let high = Math.max(first, end - 1);
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.offsetOf(middle, first) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** True when that changes anything. */
  set(measured: ReadonlyMap<number, number>): boolean {
    let changed = false;
    for (const [row, heightPx] of measured) changed = this.#setOne(row, heightPx - this.#plainPx) || changed;
    if (!changed) return false;
    if (this.#rows.length > MOST_MEASURED) {
      this.#rows = this.#rows.slice(-MOST_MEASURED / 2);
      this.#extras = this.#extras.slice(-MOST_MEASURED / 2);
    }
    this.#sums = [0];
    for (const extra of this.#extras) this.#sums.push((this.#sums.at(-1) ?? 0) + extra);
    return true;
  }

  clear(): void {
    this.#rows = [];
    this.#extras = [];
    this.#sums = [0];
  }

  #setOne(row: number, extra: number): boolean {
    const place = this.#placeOf(row);
    const known = this.#rows[place] === row;
    if (Math.abs((known ? (this.#extras[place] ?? 0) : 0) - extra) < 0.5) return false;
    if (known && extra === 0) {
      this.#rows.splice(place, 1);
      this.#extras.splice(place, 1);
    } else if (known) {
      this.#extras[place] = extra;
    } else {
      this.#rows.splice(place, 0, row);
      this.#extras.splice(place, 0, extra);
    }
    return true;
  }

  #extraBefore(row: number): number {
    return this.#sums[this.#placeOf(row)] ?? 0;
  }

  #placeOf(row: number): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#rows[middle] as number) < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
