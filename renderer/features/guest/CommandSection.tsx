import { Play, Square } from 'lucide-react';
import { useState } from 'react';
import type { GuestExecResult, GuestReport, Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Section } from '../../ui/Section.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './GuestTab.module.css';
import { useCommand } from './use-command.ts';

/** What a page can show without becoming slow; the guest's program may write 16 MiB. */
const MOST_SHOWN_LETTERS = 200_000;

export function CommandSection({ machine, report }: { machine: Machine; report: GuestReport }) {
  const { t, problem } = useI18n();
  const shell = report.system?.id === 'mswindows' ? ['cmd.exe', '/c'] : ['/bin/sh', '-c'];
  const { state, run, cancel } = useCommand(machine.id, shell);
  const [line, setLine] = useState('');
  const isRunning = state.type === 'running';
  const start = () => {
    if (line.trim() !== '' && !isRunning) void run(line);
  };
  return (
    <Section title={t('guest.run')} text={t('guest.runText')} wide>
      <form
        className={styles.row}
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <TextField
          className={styles.grow ?? ''}
          label={t('guest.run.line')}
          placeholder="systemctl --failed"
          value={line}
          onChange={(event) => setLine(event.target.value)}
        />
        {isRunning ? (
          <Button icon={<Square />} onClick={cancel}>
            {t('guest.run.cancel')}
          </Button>
        ) : (
          <Button type="submit" icon={<Play />} disabled={line.trim() === ''}>
            {t('guest.run.start')}
          </Button>
        )}
      </form>
      <div className={styles.outcome} role="status">
        {state.type === 'running' && <p className={styles.faint}>{t('guest.run.running', { seconds: state.seconds })}</p>}
        {state.type === 'cancelled' && <p>{t('guest.run.cancelled')}</p>}
        {state.type === 'failed' && <p className={styles.problem}>{problem(state.problem)}</p>}
        {state.type === 'ended' && <Outcome result={state.result} />}
      </div>
    </Section>
  );
}

function Outcome({ result }: { result: GuestExecResult }) {
  const { t } = useI18n();
  const { exitCode, signal } = result;
  const output = textOf(result.output);
  const errors = textOf(result.errors);
  return (
    <>
      <p className={exitCode === 0 ? styles.faint : styles.problem}>
        {signal === null ? t('guest.run.exit', { code: exitCode ?? t('common.notKnown') }) : t('guest.run.signal', { signal })}
        {result.truncated && ` ${t('guest.run.truncated')}`}
        {output === '' && errors === '' && ` ${t('guest.run.silent')}`}
      </p>
      {output !== '' && (
        <section aria-label={t('guest.run.output')}>
          <pre className={styles.output}>{output}</pre>
        </section>
      )}
      {errors !== '' && (
        <section aria-label={t('guest.run.errors')}>
          <pre className={styles.errors}>{errors}</pre>
        </section>
      )}
    </>
  );
}

function textOf(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes).slice(0, MOST_SHOWN_LETTERS);
}
