/** The next of 1, 2, 5 × 10ⁿ that holds the value: tops of scales that a person can read. At least `least`. */
export function niceTop(value: number, least: number): number {
  if (!(value > least)) return least;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((one) => one * power >= value * 0.9999) ?? 10;
  return step * power;
}

/** As `niceTop`, in powers of two: for memory. */
export function niceBytesTop(bytes: number, least: number): number {
  if (!(bytes > least)) return least;
  return 2 ** Math.ceil(Math.log2(bytes * 0.9999));
}

/** One scale for many lines: computed once a version of the metrics, however many lines ask. */
export function sharedTop(version: () => number, compute: () => number): () => number {
  let at = Number.NaN;
  let top = 1;
  return () => {
    if (version() !== at) {
      at = version();
      top = compute();
    }
    return top;
  };
}
