import { inWords, type Problem, problemReasons, problemWords } from '../../backend/contract/index.ts';
import { en } from './en/index.ts';
import { createFormat, type Format } from './format.ts';
import { ko } from './ko/index.ts';
import { koProblems, koProblemWords } from './ko/problems.ts';
import type { Language } from './language.ts';
import { fillMessage, type Message, type MessageLocale, type MessageParams } from './message.ts';

export type Catalogue = typeof en;
export type MessageKey = keyof Catalogue;

export type Translate = <Key extends MessageKey>(key: Key, ...params: MessageParams<Catalogue[Key]>) => string;

/** Everything that depends on the language. */
export interface I18n {
  language: Language;
  t: Translate;
  /** `t` for keys that come from data (a step, a fact's label): the key itself where the catalogue has none. */
  tDynamic(prefix: string, key: string): string;
  /** A failure's sentence. */
  problem(problem: Problem): string;
  format: Format;
}

const CATALOGUES: Record<Language, { [Key in MessageKey]: Message }> = { en, ko };

export function createI18n(language: Language): I18n {
  const catalogue: Record<string, Message | undefined> = CATALOGUES[language];
  const locale: MessageLocale = { plural: new Intl.PluralRules(language), integer: new Intl.NumberFormat(language) };
  return {
    language,
    t: (key, ...[params]) => fillMessage(catalogue[key] ?? key, params ?? {}, locale),
    tDynamic: (prefix, key) => {
      const message = catalogue[`${prefix}.${key}`];
      return message === undefined ? key : fillMessage(message, {}, locale);
    },
    problem: ({ reason, params }) => {
      if (language === 'en') return fillMessage(problemReasons[reason][1], inWords(params, problemWords), locale);
      // States and actions come as the contract's words.
      const words = Object.entries(inWords(params, koProblemWords)).map(([name, value]) => {
        const word = name === 'state' || name === 'action' ? catalogue[`${name}.${value}`] : undefined;
        return [name, typeof word === 'string' ? word : value];
      });
      return fillMessage(koProblems[reason], Object.fromEntries(words), locale);
    },
    format: createFormat(language),
  };
}
