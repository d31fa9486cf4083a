/** Characters that draw nothing, break the line or turn the text around are written out: a name shall look like what it is. */
export function shownPath(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return path.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return character === '\n' ? '\\n' : character === '\t' ? '\\t' : `\\u{${code.toString(16)}}`;
  });
}
