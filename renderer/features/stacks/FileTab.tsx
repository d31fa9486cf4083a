import { CircleCheck, FileX2, RotateCw, Save } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ComposeFile, ComposeProblem, StackDefinition } from '../../../backend/contract/index.ts';
import { type I18n, useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { CodeEditor } from '../../ui/CodeEditor.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Select } from '../../ui/Select.tsx';
import { StateDot } from '../../ui/StateDot.tsx';
import type { StackEntry } from './list-stacks.ts';
import styles from './stack.module.css';
import type { Loaded } from './use-stack.ts';

/** After the last key, before the text is held against the rules. */
const CHECK_AFTER_MS = 250;

export interface FileTabProps {
  entry: StackEntry;
  definition: Loaded<StackDefinition>;
  onSaved: (definition: StackDefinition) => void;
  onReload: () => void;
}

/** The Compose files, to be read and mended; what is wrong stands at its line. */
export function FileTab({ entry, definition, onSaved, onReload }: FileTabProps) {
  const { t, problem } = useI18n();
  const [chosen, setChosen] = useState<string | null>(null);
  if (entry.files.length === 0) return <EmptyState icon={<FileX2 size={28} />} title={t('stack.filesUnknown')} />;
  if (definition.status === 'loading') return null;
  if (definition.status === 'failed') {
    return (
      <EmptyState
        icon={<FileX2 size={28} />}
        title={t('compose.unreadable')}
        action={
          <Button icon={<RotateCw />} onClick={onReload}>
            {t('compose.readAgain')}
          </Button>
        }
      >
        {problem(definition.problem)} {t('compose.stillWorks')}
      </EmptyState>
    );
  }
  const { files } = definition.value;
  const file = files.find(({ path }) => path === chosen) ?? files[0];
  if (file === undefined) return null;
  return (
    <div className={styles.file}>
      {files.length > 1 && (
        <Select
          label={t('compose.file')}
          value={file.path}
          options={files.map(({ path }) => ({ value: path, label: path }))}
          onValueChange={setChosen}
        />
      )}
      <FileEditor
        key={`${file.path} ${file.modifiedMs}`}
        entry={entry}
        file={file}
        saved={definition.value}
        onSaved={onSaved}
        onReload={onReload}
      />
    </div>
  );
}

interface FileEditorProps extends Omit<FileTabProps, 'definition'> {
  file: ComposeFile;
  saved: StackDefinition;
}

function FileEditor({ entry, file, saved, onSaved, onReload }: FileEditorProps) {
  const i18n = useI18n();
  const { t } = i18n;
  const { stackCommands } = useStores();
  const [text, setText] = useState(file.text);
  const [goTo, setGoTo] = useState<{ line: number } | null>(null);
  const changed = text !== file.text;
  const checked = useCheck(entry, { path: file.path, text, changed });
  const problems = (checked ?? saved).problems.filter(({ path }) => path === file.path);
  const save = async () => {
    const definition = await stackCommands.save(entry, { ...file, text });
    if (definition !== null) onSaved(definition);
  };
  return (
    <>
      <div className={styles.fileHead}>
        <code className={styles.clipped} title={file.path}>
          {file.path}
        </code>
        {changed && <span className={styles.unsaved}>{t('compose.unsaved')}</span>}
        <span className={styles.grow} />
        <Button size="small" icon={<RotateCw />} onClick={onReload}>
          {t('compose.readAgain')}
        </Button>
        <Button size="small" variant="primary" icon={<Save />} refusal={changed ? null : t('vmMake.unchanged')} onClick={() => void save()}>
          {t('compose.save')}
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: one key for all that is inside. */}
      <div
        className={styles.editor}
        onKeyDown={(event) => {
          if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          if (changed) void save();
        }}
      >
        <CodeEditor
          label={t('compose.editor', { file: file.path })}
          value={text}
          onValueChange={setText}
          marks={problems.map((one) => ({ line: one.line, tone: one.severity, title: problemWords(one, i18n) }))}
          goTo={goTo}
        />
      </div>
      <ProblemList problems={problems} onGoTo={(line) => setGoTo({ line })} />
    </>
  );
}

/** What is wrong with the text as it is being edited; null while it is the saved one. */
function useCheck(entry: StackEntry, { path, text, changed }: { path: string; text: string; changed: boolean }): StackDefinition | null {
  const { connection } = useStores();
  const [checked, setChecked] = useState<StackDefinition | null>(null);
  const { engineId, name } = entry;
  useEffect(() => {
    const left = new AbortController();
    if (!changed) setChecked(null);
    else {
      const timer = setTimeout(() => {
        // A check that fails leaves what was said before; saving tells why.
        connection.client.stacks.check({ engineId, name, path, text }, { signal: left.signal }).then(setChecked, () => {});
      }, CHECK_AFTER_MS);
      left.signal.addEventListener('abort', () => clearTimeout(timer));
    }
    return () => left.abort();
  }, [connection, engineId, name, path, text, changed]);
  return changed ? checked : null;
}

function problemWords({ rule, params }: ComposeProblem, { t, tDynamic }: I18n): string {
  const { expected, ...rest } = params;
  const words = expected === undefined ? rest : { ...rest, expected: tDynamic('compose.type', expected) };
  // The catalogue's places are those that the rules fill; which ones they are, only the rule knows.
  return (t as (key: string, params: Record<string, string>) => string)(`compose.rule.${rule}`, words);
}

function ProblemList({ problems, onGoTo }: { problems: readonly ComposeProblem[]; onGoTo: (line: number) => void }) {
  const i18n = useI18n();
  const { t } = i18n;
  if (problems.length === 0)
    return (
      <p className={styles.valid} role="status">
        <CircleCheck size={16} />
        {t('compose.valid')}
      </p>
    );
  return (
    <ul className={styles.problemList} aria-label={t('compose.problems')}>
      {problems.map((problem) => (
        <li key={`${problem.line}:${problem.column} ${problem.rule} ${Object.values(problem.params).join()}`}>
          <StateDot
            state={problem.severity === 'error' ? 'failed' : 'paused'}
            label={t(problem.severity === 'error' ? 'compose.error' : 'compose.warning')}
          />
          <button type="button" className={styles.problem} onClick={() => onGoTo(problem.line)}>
            {t('compose.atLine', { line: problem.line, words: problemWords(problem, i18n) })}
          </button>
        </li>
      ))}
    </ul>
  );
}
