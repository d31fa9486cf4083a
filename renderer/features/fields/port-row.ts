type AnyProtocol = 'tcp' | 'udp' | 'sctp';

/** A forward as it is written; ports are texts until they are read. */
export interface PortRow<Protocol extends AnyProtocol = AnyProtocol> {
  hostAddress: string;
  hostPort: string;
  /** The container's or the machine's. */
  innerPort: string;
  protocol: Protocol;
}
