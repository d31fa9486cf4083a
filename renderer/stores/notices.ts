import type { MachineId, Problem } from '../../backend/contract/index.ts';

/** A failure that has no place of its own on the page. `subject` is what it is about, when the sentence does not say it. */
export interface Notice {
  problem: Problem;
  subject: string | null;
  /** How many more failed the same way. */
  others: number;
  /** What it befell. */
  machineId: MachineId | null;
}

export interface Notices {
  tell(problem: Problem, subject?: string | null, more?: Partial<Pick<Notice, 'others' | 'machineId'>>): void;
  subscribe(listener: (notice: Notice) => void): () => void;
}

export function createNotices(): Notices {
  const listeners = new Set<(notice: Notice) => void>();
  return {
    tell(problem, subject = null, { others = 0, machineId = null } = {}) {
      if (problem.reason === 'cancelled') return;
      for (const listener of [...listeners]) listener({ problem, subject, others, machineId });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
