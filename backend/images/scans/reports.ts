import { z } from 'zod';
import { type ImagePackage, type ScannerName, type Severity, severity, type Vulnerability } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';

/** https://cyclonedx.org/docs/1.6/json/, as syft and trivy write it. */
const cycloneDx = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z
    .array(
      z.object({
        type: z.string(),
        group: z.string().optional(),
        name: z.string(),
        version: z.string().optional(),
        purl: z.string().optional(),
        licenses: z
          .array(
            z.object({
              license: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
              expression: z.string().optional(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
});

const grypeReport = z.object({
  matches: z.array(
    z.object({
      vulnerability: z.object({
        id: z.string(),
        dataSource: z.string().optional(),
        severity: z.string().optional(),
        description: z.string().optional(),
        fix: z.object({ versions: z.array(z.string()).nullish() }).optional(),
      }),
      artifact: z.object({ name: z.string(), version: z.string() }),
    }),
  ),
});

const trivyReport = z.object({
  SchemaVersion: z.number(),
  Results: z
    .array(
      z.object({
        Vulnerabilities: z
          .array(
            z.object({
              VulnerabilityID: z.string(),
              PkgName: z.string(),
              InstalledVersion: z.string().optional(),
              FixedVersion: z.string().optional(),
              Severity: z.string().optional(),
              Title: z.string().optional(),
              PrimaryURL: z.string().optional(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
});

/** @throws AppError scannerFailed */
export function parsePackages(scanner: ScannerName, output: string): ImagePackage[] {
  const { components = [] } = parse(cycloneDx, scanner, output);
  return components
    .filter(({ type }) => type === 'library' || type === 'application')
    .map(({ group, name, version, purl, licenses, type }) => ({
      name: group ? `${group}/${name}` : name,
      version: version ?? '',
      type: /^pkg:([^/]+)\//.exec(purl ?? '')?.[1] ?? type,
      licenses: (licenses ?? []).flatMap(({ license, expression }) => license?.id ?? license?.name ?? expression ?? []),
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** The worst first. @throws AppError scannerFailed */
export function parseVulnerabilities(scanner: ScannerName, output: string): Vulnerability[] {
  const found = scanner === 'trivy' ? fromTrivy(parse(trivyReport, scanner, output)) : fromGrype(parse(grypeReport, scanner, output));
  const rank = (one: Vulnerability) => severity.options.indexOf(one.severity);
  return found.sort((a, b) => rank(a) - rank(b) || a.package.localeCompare(b.package) || a.id.localeCompare(b.id));
}

function fromGrype({ matches }: z.infer<typeof grypeReport>): Vulnerability[] {
  return matches.map(({ vulnerability, artifact }) => ({
    id: vulnerability.id,
    severity: toSeverity(vulnerability.severity),
    package: artifact.name,
    version: artifact.version,
    fixedIn: vulnerability.fix?.versions ?? [],
    title: vulnerability.description ?? '',
    url: toUrl(vulnerability.dataSource),
  }));
}

function fromTrivy({ Results }: z.infer<typeof trivyReport>): Vulnerability[] {
  return (Results ?? [])
    .flatMap(({ Vulnerabilities }) => Vulnerabilities ?? [])
    .map((one) => ({
      id: one.VulnerabilityID,
      severity: toSeverity(one.Severity),
      package: one.PkgName,
      version: one.InstalledVersion ?? '',
      fixedIn: (one.FixedVersion ?? '')
        .split(',')
        .map((version) => version.trim())
        .filter((version) => version !== ''),
      title: one.Title ?? '',
      url: toUrl(one.PrimaryURL),
    }));
}

function toSeverity(word: string | undefined): Severity {
  const known = severity.safeParse(word?.toLowerCase());
  return known.success ? known.data : 'unknown';
}

/** It becomes a link on the page: nothing but the web. */
function toUrl(text: string | undefined): string | null {
  return text !== undefined && /^https?:\/\//.test(text) ? text : null;
}

function parse<T>(schema: z.ZodType<T>, scanner: ScannerName, output: string): T {
  try {
    return schema.parse(JSON.parse(output));
  } catch (error) {
    throw new AppError('scannerFailed', { scanner, message: 'its answer cannot be read' }, { detail: output.slice(0, 4000), cause: error });
  }
}
