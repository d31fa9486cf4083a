import { z } from 'zod';

/** Far more than clouds take (16 KiB); NoCloud itself knows no limit. */
export const MOST_USER_DATA_CHARACTERS = 512 * 1024;
export const MOST_NETWORK_CONFIG_CHARACTERS = 64 * 1024;

/**
 * What cloud-init in the guest is told at its first start, as texts in cloud-init's own formats; forms are views of them.
 * https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html
 */
export const cloudInit = z.object({
  /** `#cloud-config` YAML, a `#!` script, or another of cloud-init's formats. No plain password stands in it. */
  userData: z.string().max(MOST_USER_DATA_CHARACTERS),
  /** Netplan's format, version 2 (or cloud-init's version 1); null: the image's own way, which is DHCP. */
  networkConfig: z.string().max(MOST_NETWORK_CONFIG_CHARACTERS).nullable(),
});
export type CloudInit = z.infer<typeof cloudInit>;
