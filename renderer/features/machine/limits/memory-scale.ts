const MIB = 1024 * 1024;

/**
 * The steps of a slider over memory: each a power of two or half-way between two, because what matters is the proportion;
 * the last is all that the host has. Bytes, ascending.
 */
export function memorySteps(leastBytes: number, hostBytes: number): number[] {
  const steps: number[] = [];
  for (let power = MIB; power < hostBytes; power *= 2) {
    for (const step of [power, 1.25 * power, 1.5 * power, 1.75 * power]) if (step >= leastBytes && step < hostBytes) steps.push(step);
  }
  return [...steps, hostBytes];
}

/** The step next to a value. */
export function nearestStep(steps: readonly number[], bytes: number): number {
  let nearest = 0;
  for (const [index, step] of steps.entries()) {
    if (Math.abs(step - bytes) < Math.abs((steps[nearest] ?? 0) - bytes)) nearest = index;
  }
  return nearest;
}

/** The least limit that holds what is used now, with a tenth to breathe, in whole 4 MiB. */
export function safeMemory(usedBytes: number, leastBytes: number): number {
  return Math.max(leastBytes, Math.ceil((usedBytes * 1.1) / (4 * MIB)) * 4 * MIB);
}

/** What a person writes: a number in MiB, or with a unit of its own. Null when it is none. */
export function parseMemory(text: string): number | null {
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*(k|m|g|t)?(?:i?b)?\s*$/i.exec(text);
  if (match === null) return null;
  const power = { k: 1, m: 2, g: 3, t: 4 }[(match[2] ?? 'm').toLowerCase()] ?? 2;
  return Math.round(Number(match[1]?.replace(',', '.')) * 1024 ** power);
}
