/**
 * `node snapshot-worker.ts <folder> <machine> take|suspend|delete <snapshot>`: does it with a driver of its own, says `begun` when
 * it is in the middle of it, and is then there to be killed.
 */
import { type MachineId, snapshotId } from '../backend/contract/index.ts';
import { silentLogger } from '../backend/core/index.ts';
import { createLocalHost } from '../backend/hosts/local.ts';
import { connectTestQemu, testQemuOptions } from './test-guests.ts';

const [folder = '', machine = '', what, snapshot] = process.argv.slice(2);
const never = new AbortController().signal;
const host = createLocalHost({ logger: silentLogger });
const driver = await connectTestQemu(host, await testQemuOptions(folder), never);
const { snapshots } = driver;
if (snapshots === undefined) throw new Error('QEMU takes snapshots');
const id = machine as MachineId;
const begun = () => process.stdout.write('begun\n');
if (what === 'take') {
  await snapshots.take(id, { name: 'cut off', description: '', withMemory: true, automatic: false }, begun, never);
} else if (what === 'suspend') {
  await driver.act(id, 'suspend', { force: false, onProgress: begun }, never);
} else {
  await snapshots.delete(id, snapshotId.parse(snapshot), begun, never);
}
process.stdout.write('done\n');
process.exit(0);
