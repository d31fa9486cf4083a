import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type ContainerSpec, type ContainerTemplate, containerTemplate, type TemplateId, templateId } from '../contract/index.ts';
import { AppError, type Clock, messageOf, systemCode, writeWholeFile } from '../core/index.ts';

/** Specs kept under names, in one file that is written whole or not at all. */
export interface Templates {
  /** By name. @throws AppError templatesUnreadable */
  list(): Promise<ContainerTemplate[]>;
  /** @throws AppError templateNameTaken */
  save(template: { name: string; spec: ContainerSpec }): Promise<ContainerTemplate>;
  /** @throws AppError templateMissing, templateNameTaken */
  rename(template: { id: TemplateId; name: string }): Promise<void>;
  /** @throws AppError templateMissing */
  remove(id: TemplateId): Promise<void>;
}

const fileContent = z.object({ version: z.literal(1), templates: z.array(containerTemplate) });

export function createTemplates({ file, clock }: { file: string; clock: Clock }): Templates {
  let working: Promise<unknown> = Promise.resolve();

  async function load(): Promise<ContainerTemplate[]> {
    try {
      return fileContent.parse(JSON.parse(await readFile(file, 'utf8'))).templates;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      // Never written over: somebody may want what is in it.
      throw new AppError('templatesUnreadable', { path: file, message: messageOf(error) }, { cause: error });
    }
  }

  /** One after the other, each on what the one before has left. */
  function change<T>(work: (templates: ContainerTemplate[]) => { templates: ContainerTemplate[]; result: T }): Promise<T> {
    const changed = working.then(async () => {
      const { templates, result } = work(await load());
      await writeWholeFile(file, `${JSON.stringify({ version: 1, templates }, null, 2)}\n`, { mode: 0o600 });
      return result;
    });
    working = changed.catch(() => {});
    return changed;
  }

  function requireFree(templates: ContainerTemplate[], name: string, except: TemplateId | null): void {
    if (templates.some((one) => one.name === name && one.id !== except)) throw new AppError('templateNameTaken', { name });
  }

  function requireKnown(templates: ContainerTemplate[], id: TemplateId): void {
    if (!templates.some((one) => one.id === id)) throw new AppError('templateMissing');
  }

  return {
    list: async () => (await load()).toSorted((one, other) => one.name.localeCompare(other.name)),
    save: ({ name, spec }) =>
      change((templates) => {
        requireFree(templates, name, null);
        const template = { id: templateId.parse(randomUUID()), name, spec, savedAtMs: clock.now() };
        return { templates: [...templates, template], result: template };
      }),
    rename: ({ id, name }) =>
      change((templates) => {
        requireKnown(templates, id);
        requireFree(templates, name, id);
        return { templates: templates.map((one) => (one.id === id ? { ...one, name } : one)), result: undefined };
      }),
    remove: (id) =>
      change((templates) => {
        requireKnown(templates, id);
        return { templates: templates.filter((one) => one.id !== id), result: undefined };
      }),
  };
}
