import type { ConnectRequest, CreateNetworkRequest, MachineId, Network, NetworkId } from '../contract/index.ts';

export interface NetworksFacet {
  list(signal: AbortSignal): Promise<Network[]>;
  /** @throws AppError nameTaken, subnetInvalid, subnetTaken, gatewayOutside */
  create(request: Omit<CreateNetworkRequest, 'engineId'>, signal: AbortSignal): Promise<NetworkId>;
  /** @throws AppError networkInUse, networkMissing */
  remove(id: NetworkId, signal: AbortSignal): Promise<void>;
  /** Running or not. @throws AppError addressOutside, addressTaken, alreadyOnNetwork, networkMissing, machineMissing */
  connect(request: ConnectRequest, signal: AbortSignal): Promise<void>;
  /** @throws AppError notOnNetwork */
  disconnect(id: NetworkId, machineId: MachineId, signal: AbortSignal): Promise<void>;
}
