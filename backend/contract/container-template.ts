import { z } from 'zod';
import { containerSpec } from './container-spec.ts';

export const templateId = z.uuid().brand<'TemplateId'>();
export type TemplateId = z.infer<typeof templateId>;

export const templateName = z.string().trim().min(1).max(100);

/** A spec that is kept under a name, to be used again. */
export const containerTemplate = z.object({
  id: templateId,
  name: templateName,
  spec: containerSpec,
  savedAtMs: z.number(),
});
export type ContainerTemplate = z.infer<typeof containerTemplate>;
