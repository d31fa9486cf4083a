import { type EngineId, type FileChange, type MachineId, splitId, type VolumeId } from '../../../contract/index.ts';
import { AppError, type Clock, type Logger } from '../../../core/index.ts';
import type { FilesFacet, FileTree } from '../../files.ts';
import { createFileTree } from '../../shell-files/file-tree.ts';
import { PROBE, SHELL_NAME } from '../../shell-files/scripts.ts';
import { ScriptFailure } from '../../shell-files/shell.ts';
import { type Containers, missing } from '../containers.ts';
import type { ContainerInspect } from '../engine-api.ts';
import type { EngineClient } from '../engine-client.ts';

import { type HelperSpec, Helpers } from './helpers.ts';
import { besideProcess, layersPlace, ownShell, volumePlace } from './places.ts';

import { runScript, type ShellPlace, shellAt } from './shell.ts';

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerChanges */
const KINDS = ['changed', 'added', 'removed'] as const;

/** Files of containers and of volumes: a shell beside them, its own or a helper's (decision 0012). */
export class Files implements FilesFacet, AsyncDisposable {
  readonly #deps: { client: EngineClient; clock: Clock; logger: Logger };
  readonly #containers: Containers;
  readonly #rootless: boolean;
  readonly #helpers: Helpers;
  /** Whether a container's own shell will do, by its id and start. */
  readonly #probed = new Map<string, boolean>();

  constructor(deps: { client: EngineClient; containers: Containers; engineId: EngineId; rootless: boolean; clock: Clock; logger: Logger }) {
    this.#deps = deps;
    this.#containers = deps.containers;
    this.#rootless = deps.rootless;
    this.#helpers = new Helpers(deps);
  }

  async open(id: MachineId, signal: AbortSignal): Promise<FileTree> {
    const container = await this.#containers.inspect(id, signal);
    const { name, state } = this.#containers.toMachine(container);
    if (container.State.Paused) throw new AppError('machineWrongState', { name, state, action: 'files' });
    if (!container.State.Running) {
      return this.#throughHelper(container.Id, layersPlace(container, { rootless: this.#rootless }), signal);
    }
    const own = ownShell(container);
    if (await this.#hasShell(container, own, signal)) return createFileTree(shellAt(this.#deps, own), () => {});
    return this.#throughHelper(runningKey(container.Id), besideProcess(container), signal);
  }

  /** Lets go of a container that is to be removed. */
  async close(id: MachineId): Promise<void> {
    const { nativeId } = splitId(id);
    await Promise.all([this.#helpers.close(nativeId), this.#helpers.close(runningKey(nativeId))]);
  }

  openVolume(id: VolumeId, signal: AbortSignal): Promise<FileTree> {
    const { nativeId } = splitId(id);
    return this.#throughHelper(volumeKey(id), volumePlace(nativeId), signal);
  }

  /** Lets go of a volume that is to be removed. */
  closeVolume(id: VolumeId): Promise<void> {
    return this.#helpers.close(volumeKey(id));
  }

  async changes(id: MachineId, signal: AbortSignal): Promise<FileChange[]> {
    const path = `/containers/${splitId(id).nativeId}/changes`;
    const changes = await this.#deps.client.call<{ Path: string; Kind: number }[] | null>(
      { method: 'GET', path, refused: missing },
      signal,
    );
    return (changes ?? []).flatMap(({ Path, Kind }) => {
      const kind = KINDS[Kind];
      return kind === undefined ? [] : [{ path: Path, kind }];
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#helpers[Symbol.asyncDispose]();
  }

  async #throughHelper(
    key: string,
    { spec, place }: { spec: HelperSpec; place: (containerId: string) => ShellPlace },
    signal: AbortSignal,
  ): Promise<FileTree> {
    const helper = await this.#helpers.use(key, spec, signal);
    return createFileTree(shellAt(this.#deps, place(helper.containerId)), helper.release);
  }

  async #hasShell({ Id, State }: ContainerInspect, place: ShellPlace, signal: AbortSignal): Promise<boolean> {
    const key = `${Id} ${State.StartedAt}`;
    const known = this.#probed.get(key);
    if (known !== undefined) return known;
    const found = await runScript(this.#deps, place, { command: ['/bin/sh', '-c', PROBE, SHELL_NAME] }, signal).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ScriptFailure || (error instanceof AppError && error.reason === 'engineRefused')) return false;
        throw error;
      },
    );
    this.#probed.set(key, found);
    return found;
  }
}

function runningKey(nativeId: string): string {
  return `${nativeId} running`;
}

function volumeKey(id: VolumeId): string {
  return `volume ${id}`;
}
