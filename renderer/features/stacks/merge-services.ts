import type { ComposeService, Machine, StackService } from '../../../backend/contract/index.ts';

/** A service as it is shown: what runs of it, and what its file says. */
export interface ServiceEntry {
  name: string;
  machines: readonly Machine[];
  image: string | null;
  dependsOn: readonly string[];
}

/** The file's services first know what they need; what runs but is in no file any more is there all the same. */
export function mergeServices(present: readonly StackService[], defined: readonly ComposeService[]): ServiceEntry[] {
  const names = [...new Set([...defined.map(({ name }) => name), ...present.map(({ name }) => name)])].sort();
  return names.map((name) => {
    const service = present.find((one) => one.name === name);
    const definition = defined.find((one) => one.name === name);
    const machines = service?.machines ?? [];
    return {
      name,
      machines,
      image: machines[0]?.image?.name ?? definition?.image ?? null,
      dependsOn: [...new Set([...(definition?.dependsOn ?? []), ...(service?.dependsOn ?? [])])],
    };
  });
}
