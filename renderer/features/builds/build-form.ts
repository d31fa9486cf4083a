import { type BuildRequest, type Dockerfile, type EngineId, parseDockerfile } from '../../../backend/contract/index.ts';
import type { Row } from './KeyValueRows.tsx';

export interface SecretRow extends Row {
  from: 'text' | 'file';
}

/** What a person has filled in. */
export interface BuildForm {
  path: string;
  /** Null: the first that is found. */
  dockerfile: string | null;
  tags: string;
  target: string | null;
  /** Of the Dockerfile's own ARGs, those that are to have another value. */
  args: Readonly<Record<string, string>>;
  platform: string;
  noCache: boolean;
  pull: boolean;
  labels: Row[];
  secrets: SecretRow[];
}

export const EMPTY_FORM: BuildForm = {
  path: '',
  dockerfile: null,
  tags: '',
  target: null,
  args: {},
  platform: '',
  noCache: false,
  pull: false,
  labels: [],
  secrets: [],
};

const PLATFORM = /^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9.]+)?$/;

export function isPlatform(text: string): boolean {
  return text === '' || PLATFORM.test(text);
}

export function toRequest(form: BuildForm, of: { engineId: EngineId; dockerfile: string }): Omit<BuildRequest, 'source'> {
  return {
    ...of,
    tags: form.tags
      .split(/[,\s]+/)
      .map((tag) => tag.trim())
      .filter(Boolean),
    args: Object.fromEntries(Object.entries(form.args).filter(([, value]) => value !== '')),
    target: form.target,
    platform: form.platform === '' ? null : form.platform,
    noCache: form.noCache,
    pull: form.pull,
    labels: Object.fromEntries(form.labels.filter(({ name }) => name !== '').map(({ name, value }) => [name, value])),
    secrets: form.secrets
      .filter(({ name }) => name !== '')
      .map(({ name, value, from }) => ({
        id: name,
        from: from === 'text' ? { type: 'text', text: value } : { type: 'file', path: value },
      })),
  };
}

/** What the form shows of a Dockerfile's text; null when there is none. */
export function readDockerfile(text: string | null): { parsed: Dockerfile; secretIds: string[] } | null {
  if (text === null) return null;
  const secretIds = [...text.matchAll(/--mount=type=secret\S*?\bid=([\w.-]+)/g)].map((match) => match[1] ?? '');
  return { parsed: parseDockerfile(text), secretIds: [...new Set(secretIds)] };
}
