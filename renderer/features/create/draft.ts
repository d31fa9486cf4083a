import { type ContainerSpec, containerSpec, emptySpec } from '../../../backend/contract/index.ts';
import { type LineReason, lineValues, quoteShellWord, splitShellLine } from '../../../backend/contract/run-line/index.ts';
import type { PortRow } from '../fields/port-row.ts';
import { FIELD_KEYS, FIELDS, type ListKey, type PairsKey, type SwitchKey, type TextKey } from './fields.ts';

export type Pair = [key: string, value: string];

/** What `--mount` says and the row does not show rides along. */
export interface MountRow {
  type: 'bind' | 'volume';
  source: string;
  target: string;
  readOnly: boolean;
  rest: Partial<ContainerSpec['mounts'][number]>;
}

export interface NetworkRow {
  network: string;
  aliases: string;
  ipv4: string;
  ipv6: string;
}

/** The form as it is written: every value is text until it is read. */
export interface Draft {
  image: string;
  pull: ContainerSpec['pull'];
  name: string;
  command: string;
  entrypoint: string;
  restart: ContainerSpec['restart']['name'];
  retries: string;
  ports: PortRow[];
  mounts: MountRow[];
  networks: NetworkRow[];
  texts: Record<TextKey, string>;
  switches: Record<SwitchKey, boolean>;
  lists: Record<ListKey, string[]>;
  pairs: Record<PairsKey, Pair[]>;
}

export type IssueReason = LineReason | 'nameTaken' | 'twice';

/** Why a field cannot be taken. `field` is its key, with the row behind a dot where there are rows. */
export interface DraftIssue {
  field: string;
  reason: IssueReason;
  params: Record<string, string>;
}

const NO_HEALTH = {
  disabled: false,
  command: null,
  intervalMs: null,
  timeoutMs: null,
  startPeriodMs: null,
  startIntervalMs: null,
  retries: null,
} satisfies NonNullable<ContainerSpec['health']>;

const words = (all: readonly string[]) => all.map(quoteShellWord).join(' ');

export function toDraft(spec: ContainerSpec): Draft {
  const health: NonNullable<ContainerSpec['health']> = spec.health ?? NO_HEALTH;
  const values: Record<string, unknown> = { ...spec };
  for (const [key, part] of Object.entries(health)) values[`health.${key}`] = part;
  const draft: Draft = {
    image: spec.image,
    pull: spec.pull,
    name: spec.name ?? '',
    command: words(spec.command),
    // An empty one clears the image's: two quotes, as in a shell.
    entrypoint: spec.entrypoint === null ? '' : spec.entrypoint.length === 0 ? "''" : words(spec.entrypoint),
    restart: spec.restart.name,
    retries: spec.restart.maximumRetries > 0 ? String(spec.restart.maximumRetries) : '',
    ports: spec.ports.map(({ hostAddress, hostPort, containerPort, protocol }) => ({
      hostAddress,
      hostPort: hostPort === null ? '' : String(hostPort),
      innerPort: String(containerPort),
      protocol,
    })),
    mounts: spec.mounts.map(({ type, source, target, readOnly, ...rest }) => ({ type, source: source ?? '', target, readOnly, rest })),
    networks: spec.networks.map(({ network, aliases, ipv4, ipv6 }) => ({
      network,
      aliases: aliases.join(', '),
      ipv4: ipv4 ?? '',
      ipv6: ipv6 ?? '',
    })),
    texts: {} as Draft['texts'],
    switches: {} as Draft['switches'],
    lists: {} as Draft['lists'],
    pairs: {} as Draft['pairs'],
  };
  for (const key of FIELD_KEYS) {
    const field = FIELDS[key];
    const value = values[key];
    if (field.kind === 'text') draft.texts[key as TextKey] = value === null ? '' : field.codec.write(value);
    else if (field.kind === 'list')
      draft.lists[key as ListKey] = (value as unknown[]).map((item) => field.codec.write(key === 'exposedPorts' ? [item] : item));
    else if (field.kind === 'switch') draft.switches[key as SwitchKey] = value as boolean;
    else draft.pairs[key as PairsKey] = Object.entries(value as Record<string, string>);
  }
  return draft;
}

/** What the form says, with what it cannot say told. A field that cannot be read is left as it is by default. */
export function fromDraft(draft: Draft): { spec: ContainerSpec; issues: DraftIssue[] } {
  const issues: DraftIssue[] = [];
  const tell = (field: string, reason: IssueReason, params: Record<string, string> = {}) => issues.push({ field, reason, params });
  /** What the codec reads, or null when it cannot. */
  const attempt = <T>(field: string, read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof lineValues.BadValue)) throw error;
      tell(field, error.reason, error.params);
      return null;
    }
  };
  const shellWords = (field: string, text: string) => {
    const { words: found, trouble } = splitShellLine(text);
    const quote = trouble.find(({ reason }) => reason === 'openQuote');
    if (quote !== undefined) tell(field, quote.reason, { value: quote.text });
    return found.map((word) => word.text);
  };

  const spec = emptySpec('-') as ContainerSpec & Record<string, unknown>;
  const health: Record<string, unknown> = { ...NO_HEALTH };
  const set = (key: string, value: unknown) => {
    if (key.startsWith('health.')) health[key.slice('health.'.length)] = value;
    else Object.assign(spec, { [key]: value });
  };
  for (const key of FIELD_KEYS) {
    const field = FIELDS[key];
    if (field.kind === 'switch') set(key, draft.switches[key as SwitchKey]);
    else if (field.kind === 'text') {
      const text = draft.texts[key as TextKey];
      if (text !== '')
        set(
          key,
          attempt(key, () => field.codec.read(text)),
        );
    } else if (field.kind === 'list') {
      const rows = draft.lists[key as ListKey].map((text, row) =>
        text === '' ? null : attempt(`${key}.${row}`, () => field.codec.read(text)),
      );
      set(key, rows.filter((item) => item !== null).flat());
    } else {
      const record: Record<string, string> = {};
      for (const [row, [name, value]] of draft.pairs[key as PairsKey].entries()) {
        if (name === '' && value === '') continue;
        if (name === '' || name.includes('=')) tell(`${key}.${row}`, 'badPair');
        else if (Object.hasOwn(record, name)) tell(`${key}.${row}`, 'twice', { name });
        else record[name] = value;
      }
      set(key, record);
    }
  }
  spec.health = JSON.stringify(health) === JSON.stringify(NO_HEALTH) ? null : (health as ContainerSpec['health']);
  if (draft.image.trim() === '') tell('image', 'noImage');
  else spec.image = draft.image.trim();
  spec.pull = draft.pull;
  spec.name = draft.name.trim() || null;
  spec.command = shellWords('command', draft.command);
  const entrypoint = shellWords('entrypoint', draft.entrypoint);
  spec.entrypoint = entrypoint.length === 0 ? null : entrypoint.length === 1 && entrypoint[0] === '' ? [] : entrypoint;
  const retries =
    draft.restart === 'on-failure' && draft.retries.trim() !== ''
      ? attempt('retries', () => lineValues.integer(1).read(draft.retries.trim()))
      : 0;
  spec.restart = { name: draft.restart, maximumRetries: retries ?? 0 };
  spec.ports = draft.ports.flatMap(({ innerPort, ...row }, index) => {
    if (innerPort.trim() === '' && row.hostPort.trim() === '') return [];
    const port = { ...row, hostPort: row.hostPort.trim() === '' ? null : Number(row.hostPort), containerPort: Number(innerPort) };
    const known = (number: number | null) => number === null || (Number.isInteger(number) && number >= 1 && number <= 65_535);
    if (known(port.hostPort) && known(port.containerPort)) return [{ ...port, hostAddress: row.hostAddress.trim() }];
    tell(`ports.${index}`, 'badPort');
    return [];
  });
  spec.mounts = draft.mounts.flatMap((row, index): ContainerSpec['mounts'] => {
    const mount = mountOf(row);
    if (row.source === '' && row.target === '') return [];
    if (mount !== null) return [mount];
    const relative = row.type === 'bind' && !row.source.startsWith('/');
    if (!row.target.startsWith('/')) tell(`mounts.${index}`, 'badTarget', { target: row.target });
    else tell(`mounts.${index}`, relative ? 'relativePath' : 'badMount', { path: row.source });
    return [];
  });
  spec.networks = draft.networks
    .filter(({ network }) => network.trim() !== '')
    .map(({ network, aliases, ipv4, ipv6 }) => ({
      network: network.trim(),
      aliases: aliases.split(/[\s,]+/).filter(Boolean),
      ipv4: ipv4.trim() || null,
      ipv6: ipv6.trim() || null,
    }));

  const checked = containerSpec.safeParse(spec);
  if (draft.image.trim() === '') spec.image = '';
  for (const { path } of checked.error?.issues ?? []) {
    const [key, row] = path;
    tell(row === undefined ? String(key) : `${String(key)}.${String(row)}`, REASONS[String(key)] ?? 'badValue');
  }
  return { spec, issues };
}

const REASONS: Record<string, IssueReason> = {
  name: 'badName',
  ports: 'badPort',
  networks: 'badNetwork',
  mounts: 'badMount',
  dns: 'badAddress',
  image: 'noImage',
};

function mountOf({ type, source, target, readOnly, rest }: MountRow): ContainerSpec['mounts'][number] | null {
  const own = type === (('createSource' in rest ? 'bind' : 'volume') as MountRow['type']) ? rest : {};
  const parsed = containerSpec.shape.mounts.safeParse([{ ...own, type, source: source || null, target, readOnly }]);
  return parsed.data?.[0] ?? null;
}
