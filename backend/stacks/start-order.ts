/**
 * Groups of services to start one after the other: each needs only services of the groups before it. What stands in a circle,
 * or needs what is not there, comes as early as it can.
 */
export function startOrder(services: readonly { name: string; dependsOn: readonly string[] }[]): string[][] {
  const groups: string[][] = [];
  let waiting = [...services];
  const placed = new Set<string>();
  while (waiting.length > 0) {
    const names = new Set(waiting.map(({ name }) => name));
    const free = waiting.filter(({ name, dependsOn }) => dependsOn.every((one) => one === name || placed.has(one) || !names.has(one)));
    const next = free.length > 0 ? free : waiting;
    groups.push(next.map(({ name }) => name));
    for (const { name } of next) placed.add(name);
    waiting = waiting.filter((service) => !next.includes(service));
  }
  return groups;
}
