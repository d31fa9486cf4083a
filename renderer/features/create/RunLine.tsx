import { useState } from 'react';
import type { ContainerSpec } from '../../../backend/contract/index.ts';
import { parseRunLine, printRunLine } from '../../../backend/contract/run-line/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import fields from '../fields/fields.module.css';
import styles from './create.module.css';
import { issueText } from './issue-text.ts';

/** The form as a `docker run` line, both ways. What is written here stays as it is written until the form is changed. */
export function RunLine({ spec, onRead }: { spec: ContainerSpec; onRead: (spec: ContainerSpec) => void }) {
  const { t } = useI18n();
  const [written, setWritten] = useState<{ line: string; reads: ContainerSpec } | null>(null);
  const printed = printRunLine(spec, { start: true });
  // Its own words only while the form says the same.
  const own = written !== null && same(written.reads, spec) ? written : null;
  const line = own?.line ?? printed;
  const issues = own === null ? [] : parseRunLine(own.line).issues;
  const read = (text: string) => {
    const parsed = parseRunLine(text).spec;
    setWritten({ line: text, reads: parsed });
    onRead(parsed);
  };
  return (
    <section className={styles.line} aria-label={t('create.line')}>
      <div className={fields.rowsHead}>
        <span className={fields.label}>{t('create.line')}</span>
        <CopyButton text={line} label={t('create.lineCopy')} doneLabel={t('common.copied')} />
      </div>
      <textarea
        className={styles.lineText}
        aria-label={t('create.line')}
        aria-describedby="create-line-help"
        spellCheck={false}
        rows={Math.min(6, Math.max(2, line.split('\n').length))}
        value={line}
        onChange={(event) => read(event.target.value)}
      />
      <p id="create-line-help" className={fields.help}>
        {t('create.lineHelp')}
      </p>
      {issues.length > 0 && (
        <ul className={styles.lineIssues} role="alert">
          {issues.map((issue) => (
            <li key={`${issue.start} ${issue.reason}`}>
              {issue.text !== '' && <code>{issue.text}</code>} {issueText(t, issue)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function same(one: ContainerSpec, other: ContainerSpec): boolean {
  return printRunLine(one, { start: true }) === printRunLine(other, { start: true });
}
