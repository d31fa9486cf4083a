import { useLayoutEffect, useRef } from 'react';
import styles from './CodeEditor.module.css';
import { classNames } from './class-names.ts';

/** Pixels; `.lines` in the style sheet is as high. */
const LINE_PX = 20;

export interface EditorMark {
  /** From 1. */
  line: number;
  tone: 'error' | 'warning';
  title: string;
}

export interface CodeEditorProps {
  /** Its accessible name. */
  label: string;
  value: string;
  onValueChange: (value: string) => void;
  marks: readonly EditorMark[];
  /** Puts the cursor at the start of this line, again whenever the object is another one. */
  goTo: { line: number } | null;
}

/** A plain text area with line numbers, and lines that are marked. */
export function CodeEditor({ label, value, onValueChange, marks, goTo }: CodeEditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const lines = value.split('\n');
  const byLine = new Map<number, EditorMark>();
  // An error of a line counts more than a warning.
  for (const mark of marks) if (byLine.get(mark.line)?.tone !== 'error') byLine.set(mark.line, mark);
  useLayoutEffect(() => {
    const element = area.current;
    if (goTo === null || element === null) return;
    const before = element.value.split('\n').slice(0, goTo.line - 1);
    const at = before.reduce((sum, line) => sum + line.length + 1, 0);
    element.focus({ preventScroll: true });
    element.setSelectionRange(at, at);
    element.closest(`.${styles.scroll}`)?.scrollTo({ top: (goTo.line - 4) * LINE_PX });
  }, [goTo]);
  const longest = lines.reduce((most, line) => Math.max(most, line.length), 0);
  return (
    <div className={styles.scroll}>
      <div className={styles.inner}>
        <ol className={styles.gutter} aria-hidden="true">
          {lines.map((_, index) => {
            const mark = byLine.get(index + 1);
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its number and by nothing else.
              <li key={index} className={mark && styles[mark.tone]} title={mark?.title}>
                {index + 1}
              </li>
            );
          })}
        </ol>
        <div className={styles.text}>
          {[...byLine.values()].map(({ line, tone }) => (
            <div key={line} className={classNames(styles.band, styles[tone])} style={{ top: (line - 1) * LINE_PX }} />
          ))}
          <textarea
            ref={area}
            className={styles.area}
            aria-label={label}
            value={value}
            rows={lines.length}
            // Room for the widest characters, so that the area never scrolls by itself.
            style={{ minWidth: `${longest + 2}ch`, height: lines.length * LINE_PX }}
            wrap="off"
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            onChange={(event) => onValueChange(event.target.value)}
          />
        </div>
      </div>
    </div>
  );
}
