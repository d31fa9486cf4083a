import { silentLogger } from '../core/index.ts';
import { hostSuite } from './host-suite.ts';
import { createLocalHost } from './local.ts';

hostSuite('local host', async () => createLocalHost({ logger: silentLogger }));
