import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Task } from '../../backend/contract/index.ts';

/** Newest first. */
export type TasksStore = StoreApi<{ tasks: readonly Task[] }>;

export function createTasksStore(): TasksStore {
  return createStore(() => ({ tasks: [] as readonly Task[] }));
}

export function newestFirst(tasks: readonly Task[]): Task[] {
  return [...tasks].sort((a, b) => b.startedAtMs - a.startedAtMs);
}
