import { type StackRef, stackRef } from '../../../backend/contract/index.ts';

export const STACK_TABS = ['services', 'file', 'output'] as const;
export type StackTab = (typeof STACK_TABS)[number];

/** `/stacks/<engine>/<name>/<tab>`, percent-encoded. */
export function stackUrl({ engineId, name }: StackRef, tab: StackTab = 'services'): string {
  return `/stacks/${encodeURIComponent(engineId)}/${encodeURIComponent(name)}/${tab}`;
}

/** Null when the address is no stack's; a tab that does not exist is read as the first one. */
export function parseStackUrl(path: string): { ref: StackRef; tab: StackTab } | null {
  const [empty, page, engine, name, tab, ...rest] = path.split('/');
  if (empty !== '' || page !== 'stacks' || engine === undefined || name === undefined || rest.length > 0) return null;
  const ref = stackRef.safeParse({ engineId: decode(engine), name: decode(name) });
  return ref.success ? { ref: ref.data, tab: STACK_TABS.find((known) => known === tab) ?? 'services' } : null;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
