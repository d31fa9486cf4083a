import { z } from 'zod';
import { engineId, imageId } from './ids.ts';
import { transferId } from './transfer.ts';

/** Programs that look into images; Catamaran brings none of them along. */
export const scannerName = z.enum(['syft', 'grype', 'trivy']);
export type ScannerName = z.infer<typeof scannerName>;

/** `packages`: what is in an image (a software bill of materials). `vulnerabilities`: which of that is known to be flawed. */
export const scanSubject = z.enum(['packages', 'vulnerabilities']);
export type ScanSubject = z.infer<typeof scanSubject>;

/** One that is installed on the engine's host. */
export const scanner = z.object({ name: scannerName, version: z.string().nullable(), subjects: z.array(scanSubject) });
export type Scanner = z.infer<typeof scanner>;

export const imagePackage = z.object({
  name: z.string(),
  version: z.string(),
  /** `deb`, `npm`, `golang`… (the type of its package URL), or the scanner's own word. */
  type: z.string(),
  licenses: z.array(z.string()),
});
export type ImagePackage = z.infer<typeof imagePackage>;

/** The worst first. */
export const severity = z.enum(['critical', 'high', 'medium', 'low', 'negligible', 'unknown']);
export type Severity = z.infer<typeof severity>;

export const vulnerability = z.object({
  /** `CVE-…`, `GHSA-…` */
  id: z.string(),
  severity,
  package: z.string(),
  version: z.string(),
  /** Versions without it; empty while there is none. */
  fixedIn: z.array(z.string()),
  title: z.string(),
  url: z.string().nullable(),
});
export type Vulnerability = z.infer<typeof vulnerability>;

const scan = { id: imageId, scanner: scannerName };

export const listScannersRequest = z.object({ engineId });
export const packagesRequest = z.object(scan);
export type PackagesRequest = z.infer<typeof packagesRequest>;
/** `update` lets the scanner fetch a newer database of vulnerabilities first; without it nothing leaves the machine. */
export const vulnerabilitiesRequest = z.object({ ...scan, update: z.boolean() });
export type VulnerabilitiesRequest = z.infer<typeof vulnerabilitiesRequest>;
export const saveSbomRequest = z.object({ ...scan, transferId });
export type SaveSbomRequest = z.infer<typeof saveSbomRequest>;
