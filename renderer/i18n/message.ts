/** One message: a sentence with `{places}`, or one sentence for each plural form, chosen by `count`. */
export type Message = string | ({ readonly [form in Intl.LDMLPluralRule]?: string } & { readonly other: string });

type Places<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Places<Rest> : never;
type Texts<M> = M extends string ? M : M extends object ? Extract<M[keyof M], string> : never;

/** What a message has to be given: its places; `count` is a number, formatted for the language. */
export type MessageParams<M> = Places<Texts<M>> | (M extends string ? never : 'count') extends infer Names
  ? [Names] extends [never]
    ? []
    : [params: { [Name in Names & string]: Name extends 'count' ? number : string | number }]
  : never;

/** Fills a message for one language. Only `count` is written as that language writes numbers: a port or a process id is not a quantity. */
export function fillMessage(message: Message, params: Record<string, string | number>, locale: MessageLocale): string {
  const text = typeof message === 'string' ? message : (message[locale.plural.select(Number(params.count))] ?? message.other);
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    return typeof value === 'number' && name === 'count' ? locale.integer.format(value) : String(value ?? name);
  });
}

export interface MessageLocale {
  plural: Intl.PluralRules;
  integer: Intl.NumberFormat;
}

/** Another language's messages under the same keys; whether one has plural forms is each language's own affair. */
export type Translation<Catalogue> = { readonly [Key in keyof Catalogue]: Message };
