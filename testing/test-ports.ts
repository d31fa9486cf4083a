/**
 * From where a test looks for free ports. Test files run side by side, each in a process that knows nothing of what another has found
 * and not taken yet: each looks in a place of its own, below where the kernel takes the ports of those who connect.
 */
export const TEST_PORTS = 20_000 + 100 * (process.pid % 120);
