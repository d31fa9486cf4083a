import type { MachineId, MachineState } from '../backend/contract/index.ts';
import type { Driver, DriverEvent } from '../backend/drivers/driver.ts';

/** Everything that a driver tells, from now on; a test waits for what it expects. */
export class DriverEvents implements AsyncDisposable {
  readonly #seen: DriverEvent[] = [];
  readonly #over = new AbortController();
  readonly #reading: Promise<void>;
  #failure: unknown;
  #wake = () => {};
  #from = 0;

  constructor(driver: Driver) {
    this.#reading = this.#read(driver);
  }

  /** The next event, after those that were waited for before, which fits. */
  async until(fits: (event: DriverEvent) => boolean): Promise<void> {
    while (true) {
      const at = this.#seen.findIndex((event, index) => index >= this.#from && fits(event));
      if (at !== -1) {
        this.#from = at + 1;
        return;
      }
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  state(id: MachineId, state: MachineState): Promise<void> {
    return this.until((event) => event.type === 'machine' && event.machine.id === id && event.machine.state === state);
  }

  async #read(driver: Driver): Promise<void> {
    try {
      for await (const event of driver.watch(this.#over.signal)) {
        this.#seen.push(event);
        this.#wake();
      }
    } catch (error) {
      this.#failure = error;
      this.#wake();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#reading;
  }
}
