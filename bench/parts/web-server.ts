/** The web server with its sign-in, its WebSockets and the whole router, as they run in the app; idle rooms behind them. */
import { signIn, startTestBackend } from '../../testing/web-parts.ts';

const backend = await startTestBackend({ folder: process.argv[2] ?? '', checkOutputs: false });
console.log(JSON.stringify({ origin: backend.server.origin, cookie: await signIn(backend.server) }));
