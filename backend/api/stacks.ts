import { type Handlers, type Implementer, stream } from './implementer.ts';
import type { Services } from './services.ts';

export function stacksHandlers(api: Implementer, { stacks }: Services): Handlers<'stacks'> {
  return {
    watchProjects: api.stacks.watchProjects.handler(({ context }) => stream(stacks.watchProjects(context.signal), context)),
    watchRun: api.stacks.watchRun.handler(({ input, context }) => stream(stacks.watchRun(input, context.signal), context)),
    tool: api.stacks.tool.handler(({ input, context }) => stacks.tool(input.engineId, context.signal)),
    open: api.stacks.open.handler(({ input: { engineId, path }, context }) => stacks.open(engineId, path, context.signal)),
    add: api.stacks.add.handler(({ input: { text, ...ref }, context }) => stacks.add(ref, text, context.signal)),
    forget: api.stacks.forget.handler(({ input, context }) => stacks.forget(input, context.signal)),
    definition: api.stacks.definition.handler(({ input, context }) => stacks.definition(input, context.signal)),
    check: api.stacks.check.handler(({ input: { path, text, ...ref }, context }) => stacks.check(ref, { path, text }, context.signal)),
    save: api.stacks.save.handler(({ input: { file, ...ref }, context }) => stacks.save(ref, file, context.signal)),
    run: api.stacks.run.handler(({ input: { command, ...ref } }) => stacks.run(ref, command)),
  };
}
