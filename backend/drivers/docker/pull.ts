import { AppError } from '../../core/index.ts';
import type { PullProgress } from '../driver.ts';
import type { ProgressMessage } from './engine-api.ts';

/** The layers of one pull, summed. Their sizes become known one after the other, so the total grows at first. */
export class PullProgressSum {
  readonly #layers = new Map<string, { doneBytes: number; totalBytes: number }>();
  #step = '';

  add({ id, status, progressDetail }: ProgressMessage): PullProgress {
    if (status !== undefined) this.#step = status;
    if (id !== undefined) this.#addLayer(id, status ?? '', progressDetail);
    let doneBytes = 0;
    let totalBytes = 0;
    for (const layer of this.#layers.values()) {
      doneBytes += layer.doneBytes;
      totalBytes += layer.totalBytes;
    }
    return { doneBytes, totalBytes: totalBytes > 0 ? totalBytes : null, step: this.#step };
  }

  #addLayer(id: string, status: string, detail: ProgressMessage['progressDetail']): void {
    const layer = this.#layers.get(id);
    if (status === 'Downloading' && detail?.current !== undefined) {
      this.#layers.set(id, { doneBytes: detail.current, totalBytes: detail.total ?? layer?.totalBytes ?? 0 });
    } else if (layer !== undefined && /^(Download complete|Pull complete|Verifying Checksum|Extracting)$/.test(status)) {
      layer.doneBytes = layer.totalBytes;
    }
  }
}

/** What a registry's refusal, or its silence, means to a person. */
export function pullFailure(image: string, message: string): AppError {
  const detail = { detail: message };
  if (/denied|unauthorized|authentication required|insufficient_scope|forbidden/i.test(message))
    return new AppError('registryDenied', { image }, detail);
  if (/manifest unknown|not found|no such image|manifest for .* not found/i.test(message) && !/lookup|dial/.test(message))
    return new AppError('imageMissing', { image }, detail);
  return new AppError('registryUnreachable', { image, message: lastCause(message) }, detail);
}

/** The end of Go's chain of causes: `…: dial tcp: lookup registry-1.docker.io: no such host`. */
function lastCause(message: string): string {
  return message.split(': ').slice(-2).join(': ').trim();
}
