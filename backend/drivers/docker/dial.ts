import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { AppError, messageOf } from '../../core/index.ts';
import type { DialTarget, Host } from '../../hosts/host.ts';

/** What an engine behind TLS asks for, as its context holds it, PEM. */
export interface TlsMaterial {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  /** `SkipTLSVerify` of the context. */
  trustAnyone: boolean;
}

export interface EngineAddress {
  target: DialTarget;
  tls?: TlsMaterial;
}

/** A connection to the engine's API, through the host. @throws AppError */
export async function dialEngine(host: Host, { target, tls }: EngineAddress, signal: AbortSignal): Promise<Duplex> {
  const socket = await host.dial(target, signal);
  if (tls === undefined) return socket;
  const { ca, cert, key, trustAnyone } = tls;
  const name = 'address' in target ? target.address : 'localhost';
  const secure = connect({ socket, ca, cert, key, host: name, rejectUnauthorized: !trustAnyone });
  try {
    await once(secure, 'secureConnect', { signal });
    return secure;
  } catch (error) {
    secure.destroy();
    if (signal.aborted) throw error;
    throw new AppError('socketUnreachable', { endpoint: name, message: messageOf(error) }, { cause: error });
  }
}
