import { CircleCheck } from 'lucide-react';
import { useState } from 'react';
import type { CloudIssue } from '../../../backend/contract/cloud-config/index.ts';
import { type I18n, useI18n } from '../../i18n/index.ts';
import { CodeEditor } from '../../ui/CodeEditor.tsx';
import { StateDot } from '../../ui/StateDot.tsx';
import styles from './new-vm.module.css';

/** More than these do not help. */
const SHOWN = 20;

/** A text with what is wrong in it, each at its line. */
export function CloudText(props: { label: string; value: string; issues: readonly CloudIssue[]; onValueChange: (value: string) => void }) {
  const { t } = useI18n();
  const [goTo, setGoTo] = useState<{ line: number } | null>(null);
  const { label, value } = props;
  const issues = props.issues.filter(isOwn);
  return (
    <div className={styles.text}>
      <span className={styles.textLabel} aria-hidden="true">
        {label}
      </span>
      <div className={styles.editor}>
        <CodeEditor
          label={label}
          value={value}
          onValueChange={props.onValueChange}
          marks={issues.map((issue) => ({ line: issue.line, tone: issue.severity, title: issueWords(issue, t) }))}
          goTo={goTo}
        />
      </div>
      {issues.length === 0 ? (
        <p className={styles.valid} role="status">
          <CircleCheck size={16} />
          {t('cloud.valid')}
        </p>
      ) : (
        <ul className={styles.issues} aria-label={t('cloud.issues', { text: label })}>
          {issues.slice(0, SHOWN).map((issue) => (
            <li key={`${issue.line}:${issue.column} ${issue.rule} ${Object.values(issue.params).join()}`}>
              <StateDot
                state={issue.severity === 'error' ? 'failed' : 'paused'}
                label={t(issue.severity === 'error' ? 'compose.error' : 'compose.warning')}
              />
              <button type="button" className={styles.issue} onClick={() => setGoTo({ line: issue.line })}>
                {t('compose.atLine', { line: issue.line, words: issueWords(issue, t) })}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Where a line is wrong already, what the parser says of it follows from that. */
function isOwn(issue: CloudIssue, index: number, all: readonly CloudIssue[]): boolean {
  return issue.rule !== 'syntax' || !all.slice(0, index).some(({ line }) => line === issue.line);
}

function issueWords({ rule, params }: CloudIssue, t: I18n['t']): string {
  // The catalogue's places are those that the rules fill; which ones they are, only the rule knows.
  return (t as (key: string, params: CloudIssue['params']) => string)(`cloud.rule.${rule}`, params);
}
