import type { TransferPart, TransferProgress } from '../registries.ts';
import type { ProgressMessage } from './engine-api.ts';

/** What engines say of a layer, and what it means; Podman says a part of what Docker does. */
const STATES: Record<string, TransferPart['state']> = {
  'Pulling fs layer': 'waiting',
  Waiting: 'waiting',
  Downloading: 'downloading',
  'Verifying Checksum': 'downloading',
  'Download complete': 'downloaded',
  Extracting: 'extracting',
  'Pull complete': 'done',
  'Already exists': 'present',
  Preparing: 'waiting',
  Pushing: 'uploading',
  Pushed: 'done',
  'Layer already exists': 'present',
};

/** Every message is about one layer, the image or nothing; this is the picture that they add up to. */
export class TransferParts {
  readonly #parts = new Map<string, TransferPart>();
  #step: string | null = null;

  /** Whether it changed anything. */
  add({ id, status, progressDetail }: ProgressMessage): boolean {
    if (id === undefined || status === undefined) return false;
    const state = stateOf(status);
    if (state === null) return false;
    this.#step = status;
    const before = this.#parts.get(id);
    this.#parts.set(id, { id, state, ...bytesOf(state, progressDetail, before) });
    return true;
  }

  /** The engine has said that all went well; Podman says so of the whole only. */
  finish(): void {
    for (const part of this.#parts.values()) {
      if (part.state === 'present') continue;
      part.state = 'done';
      part.doneBytes = part.totalBytes;
    }
  }

  get progress(): TransferProgress {
    return { step: this.#step, parts: [...this.#parts.values()].map((part) => ({ ...part })) };
  }
}

function stateOf(status: string): TransferPart['state'] | null {
  // "Retrying in 5 seconds": it will be asked for again; "Mounted from team/base": another repository there has it.
  if (status.startsWith('Retrying in ')) return 'waiting';
  if (status.startsWith('Mounted from ')) return 'present';
  return STATES[status] ?? null;
}

function bytesOf(
  state: TransferPart['state'],
  detail: ProgressMessage['progressDetail'],
  before: TransferPart | undefined,
): Pick<TransferPart, 'doneBytes' | 'totalBytes'> {
  const { doneBytes = null, totalBytes = null } = before ?? {};
  if (state === 'present') return { doneBytes: null, totalBytes: null };
  if (state === 'downloading' || state === 'uploading') {
    const total = detail?.total || totalBytes;
    // A push counts the tar's padding too, and a check of the sum comes without bytes: all of them are there.
    const done = detail?.current ?? total;
    return { doneBytes: total !== null && done !== null ? Math.min(done, total) : done, totalBytes: total };
  }
  return state === 'waiting' ? { doneBytes, totalBytes } : { doneBytes: totalBytes ?? doneBytes, totalBytes };
}
