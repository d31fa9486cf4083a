/**
 * `node snapshot-worker.ts <folder> <machine> take|suspend|delete <snapshot>`: does it with a driver of its own, and kills itself at
 * the first word of its progress. Whoever would kill it from outside might come when it is done.
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
const dieInTheMiddle = () => void process.kill(process.pid, 'SIGKILL');
if (what === 'take') {
  await snapshots.take(id, { name: 'cut off', description: '', withMemory: true, automatic: false }, dieInTheMiddle, never);
} else if (what === 'suspend') {
  await driver.act(id, 'suspend', { force: false, onProgress: dieInTheMiddle }, never);
} else {
  await snapshots.delete(id, snapshotId.parse(snapshot), dieInTheMiddle, never);
}
process.exit(0);
