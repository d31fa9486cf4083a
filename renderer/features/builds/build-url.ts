import { type TaskId, taskId } from '../../../backend/contract/index.ts';

export function buildUrl(id: TaskId): string {
  return `/builds/${encodeURIComponent(id)}`;
}

export function parseBuildUrl(path: string): TaskId | null {
  const parsed = taskId.safeParse(decodeURIComponent(path.replace(/^\/builds\//, '')));
  return parsed.success ? parsed.data : null;
}
