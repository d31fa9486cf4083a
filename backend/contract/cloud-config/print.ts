import { isCollection } from 'yaml';
import type { YamlText } from './yaml-text.ts';

/** The edited YAML below the first line of the text that it was read from. */
export function printCloudConfig(text: string, { document }: YamlText): string {
  const end = text.indexOf('\n');
  const header = end === -1 ? text : text.slice(0, end);
  return `${header.trimEnd()}\n${document === null ? '' : printYaml(document)}`;
}

export function printYaml(document: NonNullable<YamlText['document']>): string {
  // Nothing, rather than `{}`: an empty mapping is what is left when the last field is cleared.
  const isEmpty = isCollection(document.contents) && document.contents.items.length === 0;
  if (!isEmpty) return document.toString({ lineWidth: 0 });
  return [document.commentBefore, document.comment]
    .flatMap((comment) => (comment == null ? [] : `#${comment.replaceAll('\n', '\n#')}\n`))
    .join('');
}
