/** The part of the Docker Engine API (1.41 and later, Podman's included) that is used here, with what Podman leaves out optional. */

export interface VersionAnswer {
  Version: string;
  ApiVersion: string;
  Os?: string;
  Components?: { Name: string; Version: string }[];
}

export interface InfoAnswer {
  ID: string;
  Name: string;
  KernelVersion: string;
  /** The engine's clock, RFC 3339. */
  SystemTime: string;
  DockerRootDir: string;
  NCPU: number;
  MemTotal: number;
  SecurityOptions?: string[] | null;
  DriverStatus?: [name: string, value: string][] | null;
  RegistryConfig?: {
    InsecureRegistryCIDRs?: string[] | null;
    IndexConfigs?: Record<string, { Name: string; Mirrors: string[] | null; Secure: boolean }> | null;
    /** Of Docker Hub. */
    Mirrors?: string[] | null;
  } | null;
  HttpProxy?: string;
  HttpsProxy?: string;
  NoProxy?: string;
  /** Podman's own. */
  Rootless?: boolean;
}

export interface ContainerSummary {
  Id: string;
  Names: string[];
  ImageID: string;
  Created: number;
  /** `running`, `exited`… in the engine's own words. */
  State: string;
  Labels: Record<string, string> | null;
}

export type PortBindings = Record<string, { HostIp?: string; HostPort?: string }[] | null>;

export interface ContainerInspect {
  Id: string;
  Name: string;
  Created: string;
  Path: string;
  Args: string[] | null;
  Image: string;
  RestartCount: number;
  Driver: string;
  LogPath?: string;
  State: {
    Status: string;
    Running: boolean;
    Paused: boolean;
    OOMKilled: boolean;
    Pid: number;
    ExitCode: number;
    Error: string;
    Health?: {
      Status: string;
      FailingStreak?: number;
      Log?: { Start: string; End: string; ExitCode: number; Output: string }[] | null;
    } | null;
    StartedAt: string;
    FinishedAt: string;
  };
  Config: {
    Hostname: string;
    User: string;
    Tty: boolean;
    OpenStdin: boolean;
    Env: string[] | null;
    Cmd: string[] | null;
    Entrypoint: string[] | null;
    Image: string;
    WorkingDir: string;
    Labels: Record<string, string> | null;
    StopSignal?: string;
    /** `CMD` and its words, or `CMD-SHELL` and one line; times in nanoseconds, 0 for the engine's own. */
    Healthcheck?: { Test?: string[] | null; Interval?: number; Timeout?: number; Retries?: number } | null;
  };
  HostConfig: {
    NetworkMode: string;
    CgroupParent?: string;
    PortBindings: PortBindings | null;
    RestartPolicy: { Name: string; MaximumRetryCount?: number } | null;
    AutoRemove: boolean;
    Privileged: boolean;
    ReadonlyRootfs: boolean;
    CapAdd: string[] | null;
    CapDrop: string[] | null;
    SecurityOpt: string[] | null;
    PidMode: string;
    IpcMode: string;
    UsernsMode: string;
    Runtime: string;
    NanoCpus: number;
    CpuQuota: number;
    CpuPeriod: number;
    Memory: number;
    MemorySwap: number;
    PidsLimit: number | null;
    CpuShares: number;
    BlkioWeight: number;
    LogConfig: { Type: string };
  };
  NetworkSettings: {
    Ports: PortBindings | null;
    Networks: Record<string, { IPAddress?: string; MacAddress?: string; Gateway?: string; Aliases?: string[] | null }> | null;
  };
  /** How its layers are stored; without data where the engine does not say. */
  GraphDriver?: { Name: string; Data?: { LowerDir?: string; UpperDir?: string; WorkDir?: string } | null } | null;
  Mounts: { Type: string; Name?: string; Source: string; Destination: string; RW: boolean }[] | null;
}

export interface ExecInspect {
  /** Docker says so a moment before there is a process. */
  Running: boolean;
  Pid: number;
  ExitCode: number | null;
}

export interface EventMessage {
  Type: string;
  Action: string;
  Actor: { ID: string; Attributes?: Record<string, string> | null };
  /** Since 1970. */
  timeNano: number;
}

export interface ImageSummary {
  Id: string;
  RepoTags: string[] | null;
  Created: number;
  Size: number;
  Labels: Record<string, string> | null;
}

export interface ImageInspect {
  Id: string;
  RepoTags: string[] | null;
  RepoDigests?: string[] | null;
  /** RFC 3339 */
  Created: string;
  Author?: string;
  Os?: string;
  Architecture: string;
  Variant?: string;
  Size: number;
  RootFS?: { Layers?: string[] | null } | null;
  /** Where its layers are, on the engine's own computer. */
  GraphDriver?: { Name: string; Data?: { UpperDir?: string; LowerDir?: string } | null } | null;
  Config: {
    Entrypoint?: string[] | null;
    Cmd?: string[] | null;
    Env?: string[] | null;
    WorkingDir?: string;
    User?: string;
    ExposedPorts?: Record<string, object> | null;
    Volumes?: Record<string, object> | null;
    Labels?: Record<string, string> | null;
    Healthcheck?: { Test?: string[] | null } | null;
    StopSignal?: string;
  } | null;
}

/** One step of an image's history; the engine answers the newest first. */
export interface HistoryAnswer {
  /** Unix time, s */
  Created: number;
  CreatedBy: string;
  Comment: string;
  Size: number;
}

export interface VolumeAnswer {
  Name: string;
  Driver: string;
  Mountpoint: string;
  /** RFC 3339 */
  CreatedAt?: string;
  Labels: Record<string, string> | null;
  Options: Record<string, string> | null;
}

export interface NetworkAnswer {
  Id: string;
  Name: string;
  Created: string;
  Driver: string;
  Internal: boolean;
  EnableIPv6: boolean;
  IPAM: { Config: { Subnet?: string; Gateway?: string }[] | null } | null;
  Labels: Record<string, string> | null;
}

/** Podman's own API (`/libpod/pods/json`). */
export interface PodAnswer {
  Id: string;
  Name: string;
  Status: string;
  Created: string;
  InfraId: string;
  Labels: Record<string, string> | null;
  Containers: { Id: string }[] | null;
}

/** One line of a pull's or a load's progress. */
export interface ProgressMessage {
  stream?: string;
  status?: string;
  id?: string;
  error?: string;
  progressDetail?: { current?: number; total?: number };
}
