import { type Machine, stackOf } from '../../../backend/contract/index.ts';

/** What a term may be about; without one it is looked for in everything that the row shows. */
export const FILTER_FIELDS = ['name', 'state', 'image', 'stack', 'engine', 'network', 'health', 'label', 'port', 'id'] as const;
type Field = (typeof FILTER_FIELDS)[number];

export interface FilterTerm {
  field: Field | null;
  /** Lower case. */
  value: string;
  negated: boolean;
}

/**
 * `web state:running -label:team=a image:"my app"`: terms beside each other must all hold, `-` turns one around, quotes hold
 * spaces together. A word before a colon that is no field is part of the value (`debian:12`).
 */
export function parseFilter(text: string): FilterTerm[] {
  const terms: FilterTerm[] = [];
  for (const match of text.toLowerCase().matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/g)) {
    const [, minus = '', word, quoted, bare = ''] = match;
    const field = FILTER_FIELDS.find((known) => known === word) ?? null;
    const content = quoted ?? bare;
    const value = field === null && word !== undefined ? `${word}:${content}` : content;
    if (value !== '') terms.push({ field, value, negated: minus === '-' });
  }
  return terms;
}

/** `words` are those shown for its state. */
export function matches(machine: Machine, terms: readonly FilterTerm[], words: string): boolean {
  return terms.every(({ field, value, negated }) => holds(machine, { field, value, words }) !== negated);
}

function holds(machine: Machine, { field, value, words }: { field: Field | null; value: string; words: string }): boolean {
  if (field === null) return everything(machine, words).includes(value);
  if (field === 'port') return machine.ports.some(({ hostPort, machinePort }) => [hostPort, machinePort].map(String).includes(value));
  return textsOf(machine, field, words).some((text) => text.toLowerCase().includes(value));
}

function textsOf(machine: Machine, field: Exclude<Field, 'port'>, words: string): string[] {
  switch (field) {
    case 'name':
      return [machine.name];
    case 'state':
      return [machine.state, words];
    case 'image':
      return [machine.image?.name ?? ''];
    case 'stack':
      return [stackOf(machine.labels) ?? ''];
    case 'engine':
      return [machine.engineId];
    case 'network':
      return machine.networks.map(({ network }) => network);
    case 'health':
      return [machine.health ?? ''];
    case 'label':
      return Object.entries(machine.labels).map(([key, value]) => `${key}=${value}`);
    case 'id':
      return [machine.id];
  }
}

function everything(machine: Machine, words: string): string {
  const parts = [machine.name, machine.image?.name, machine.id, machine.state, words, stackOf(machine.labels)];
  return [...parts, ...machine.ports.map(({ hostPort }) => String(hostPort))].join('\n').toLowerCase();
}
