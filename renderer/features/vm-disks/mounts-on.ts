import type { GuestReport } from '../../../backend/contract/index.ts';

/** Where the guest has mounted what lies on a disk, as its agent tells; null: that cannot be known. */
export function mountsOn({ state, filesystems }: Pick<GuestReport, 'state' | 'filesystems'>, diskId: string): string[] | null {
  const on = filesystems.filter(({ disks }) => disks?.includes(diskId));
  // One may be mounted over another.
  const mounts = [...new Set(on.map(({ mountPoint }) => mountPoint))];
  // An agent that tells of no filesystem at all keeps them to itself: its system lies on one.
  const isTold = state === 'ready' && filesystems.length > 0 && filesystems.every(({ disks }) => disks !== null);
  return mounts.length > 0 || isTold ? mounts : null;
}
