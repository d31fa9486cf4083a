import { record } from './qmp.ts';

/** Why QEMU paused a machine by itself: the host could not write or read one of its disks. */
export interface DiskError {
  /** The disk's id. */
  disk: string;
  /** The host's disk is full. */
  isFull: boolean;
  /** In the host's words. */
  message: string;
}

/** As the event `BLOCK_IO_ERROR` tells it; null when the machine goes on. */
export function diskErrorIn(event: Record<string, unknown>): DiskError | null {
  if (event.action !== 'stop') return null;
  return { disk: diskIn(event['qom-path']), isFull: event.nospace === true, message: String(event.reason ?? '') };
}

/** As a drive of `query-block` tells it, to whoever came after the event. */
export function diskErrorOf(drive: unknown): DiskError | null {
  const { qdev, 'io-status': status } = record(drive);
  if (status !== 'nospace' && status !== 'failed') return null;
  return { disk: diskIn(qdev), isFull: status === 'nospace', message: status === 'nospace' ? 'no space' : 'an error' };
}

/** `/machine/peripheral/disk-root/virtio-backend` */
function diskIn(path: unknown): string {
  return /\bdisk-([a-z0-9-]+)/.exec(String(path))?.[1] ?? String(path);
}
