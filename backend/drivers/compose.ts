import type { Argv } from '../hosts/host.ts';

/** How the programs that read Compose files reach this engine from its own host. */
export interface ComposeFacet {
  /** Programs that can work with it, the best first; Compose’s own arguments follow. Whether they are installed is not known here. */
  readonly commands: readonly Argv[];
  /** Points them at this engine. */
  readonly env: Readonly<Record<string, string>>;
  /** The packages of Debian and Ubuntu that bring one of them. */
  readonly packages: readonly string[];
}
