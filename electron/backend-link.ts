import { join } from 'node:path';
import { type MessagePortMain, type UtilityProcess, utilityProcess } from 'electron';
import { type FromBackend, fromBackend, type ToBackend } from './messages.ts';

/** Longer than the backend's own limits for letting go. */
const CLOSE_WITHIN_MS = 10_000;
/** A backend that ends at once would else be started without pause. */
const RESTART_AFTER_MS = 1000;

/** The backend in its own process, started again when it ends without being asked. Pages then connect again by themselves. */
export class BackendLink {
  #process: UtilityProcess;
  #closing = false;
  readonly #onMessage: (message: FromBackend) => void;

  constructor(onMessage: (message: FromBackend) => void) {
    this.#onMessage = onMessage;
    this.#process = this.#start();
  }

  #start(): UtilityProcess {
    const child = utilityProcess.fork(join(import.meta.dirname, 'backend-process.js'), [], { serviceName: 'Catamaran backend' });
    child.on('message', (message: unknown) => this.#onMessage(fromBackend.parse(message)));
    child.once('exit', () => {
      if (this.#closing) return;
      setTimeout(() => {
        if (!this.#closing) this.#process = this.#start();
      }, RESTART_AFTER_MS);
    });
    return child;
  }

  connectPage(port: MessagePortMain): void {
    this.#send({ type: 'page' }, [port]);
  }

  /** Returns once the process is gone. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const child = this.#process;
    if (child.pid === undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => child.kill(), CLOSE_WITHIN_MS);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      this.#send({ type: 'close' });
    });
  }

  #send(message: ToBackend, ports: MessagePortMain[] = []): void {
    this.#process.postMessage(message, ports);
  }
}
