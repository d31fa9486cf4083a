import type { ContainerInspect } from './engine-api.ts';

type DeviceRates = { Path: string; Rate: number }[] | null;

/** All of an inspected container that a spec is made of (Docker Engine API 1.41; Podman leaves some of it out). */
export interface FullInspect extends ContainerInspect {
  Config: ContainerInspect['Config'] & {
    Domainname?: string;
    ExposedPorts?: Record<string, object> | null;
    Healthcheck?: HealthConfig | null;
    MacAddress?: string;
    StopTimeout?: number | null;
  };
  HostConfig: ContainerInspect['HostConfig'] & {
    Annotations?: Record<string, string> | null;
    Binds?: string[] | null;
    BlkioDeviceReadBps?: DeviceRates;
    BlkioDeviceReadIOps?: DeviceRates;
    BlkioDeviceWriteBps?: DeviceRates;
    BlkioDeviceWriteIOps?: DeviceRates;
    BlkioWeight?: number;
    BlkioWeightDevice?: { Path: string; Weight: number }[] | null;
    CgroupParent?: string;
    CgroupnsMode?: string;
    CpuRealtimePeriod?: number;
    CpuRealtimeRuntime?: number;
    CpuShares?: number;
    CpusetCpus?: string;
    CpusetMems?: string;
    DeviceCgroupRules?: string[] | null;
    DeviceRequests?: { Driver?: string; Count: number; DeviceIDs?: string[] | null; Capabilities?: string[][] | null }[] | null;
    Devices?: { PathOnHost: string; PathInContainer: string; CgroupPermissions: string }[] | null;
    Dns?: string[] | null;
    DnsOptions?: string[] | null;
    DnsSearch?: string[] | null;
    ExtraHosts?: string[] | null;
    GroupAdd?: string[] | null;
    Init?: boolean | null;
    Links?: string[] | null;
    LogConfig: { Type: string; Config?: Record<string, string> | null };
    MaskedPaths?: string[] | null;
    MemoryReservation?: number;
    MemorySwappiness?: number | null;
    Mounts?: MountRequest[] | null;
    OomKillDisable?: boolean | null;
    OomScoreAdj?: number;
    PublishAllPorts?: boolean;
    ShmSize?: number;
    StorageOpt?: Record<string, string> | null;
    Sysctls?: Record<string, string> | null;
    Tmpfs?: Record<string, string> | null;
    UTSMode?: string;
    Ulimits?: { Name: string; Soft: number; Hard: number }[] | null;
    VolumesFrom?: string[] | null;
  };
  NetworkSettings: ContainerInspect['NetworkSettings'] & {
    Networks: Record<
      string,
      { Aliases?: string[] | null; IPAMConfig?: { IPv4Address?: string; IPv6Address?: string } | null; IPAddress?: string }
    > | null;
  };
  Mounts: ({ Mode?: string; Driver?: string; Propagation?: string } & NonNullable<ContainerInspect['Mounts']>[number])[] | null;
}

export interface HealthConfig {
  Test?: string[] | null;
  /** Nanoseconds. */
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

/** As it was asked for. */
export interface MountRequest {
  Type: string;
  Source?: string;
  Target: string;
  VolumeOptions?: { NoCopy?: boolean; DriverConfig?: { Name?: string; Options?: Record<string, string> | null } | null } | null;
  TmpfsOptions?: { SizeBytes?: number; Mode?: number } | null;
}
