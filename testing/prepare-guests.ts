/** Makes what the real tests boot, so that no two of them make it at once. What cannot be made here they say themselves. */
import { armGuest } from './arm-guest.ts';
import { debianGuest } from './debian-guest.ts';
import { debianRootfs } from './debian-rootfs.ts';
import { installerIso } from './installer-iso.ts';

for (const make of [debianRootfs, debianGuest, installerIso, armGuest]) {
  const made = await make();
  process.stdout.write(`${make.name}: ${typeof made === 'string' ? made : made.path}\n`);
}
