import { useEffect, useMemo, useRef, useState } from 'react';
import type { ContainerSpec, Engine, EngineId, MachineId, Problem } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { type FieldWords, FieldWordsProvider } from '../fields/field-words.ts';
import fields from '../fields/fields.module.css';
import styles from './create.module.css';
import { type Draft, type DraftIssue, fromDraft, toDraft } from './draft.ts';
import { Environment } from './Environment.tsx';
import { SECTIONS, type SectionId } from './fields.ts';
import { FormProvider } from './form-context.ts';
import { General } from './General.tsx';
import { issueText } from './issue-text.ts';
import { MountRows } from './MountRows.tsx';
import { NetworkRows } from './NetworkRows.tsx';
import { PortRows } from './PortRows.tsx';
import { RunLine } from './RunLine.tsx';
import { SectionFields } from './SectionFields.tsx';
import { changedIn, sectionOf } from './sections.ts';
import { TemplatesMenu } from './TemplatesMenu.tsx';

export interface CreateFormProps {
  title: string;
  initial: ContainerSpec;
  engines: readonly Engine[];
  engineId: EngineId;
  /** The container whose place the new one takes. */
  replaces: MachineId | null;
  onClose: () => void;
  /** The new container is there. */
  onDone: (id: MachineId) => void;
}

/** Everything that a container can be given, beside the line that says the same. */
export function CreateForm({ title, initial, engines, replaces, onClose, onDone, ...props }: CreateFormProps) {
  const { t } = useI18n();
  const { connection } = useStores();
  const [engineId, setEngineId] = useState(props.engineId);
  const [draft, setDraft] = useState(() => toDraft(initial));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [working, setWorking] = useState(false);
  const [open, setOpen] = useState<ReadonlySet<SectionId>>(() => new Set(['network', 'environment']));
  const change = (patch: Partial<Draft>) => setDraft((before) => ({ ...before, ...patch }));
  const read = useMemo(() => fromDraft(draft), [draft]);
  const nameTaken = useInventory(({ machines }) =>
    [...machines.values()].some((machine) => machine.engineId === engineId && machine.name === read.spec.name && machine.id !== replaces),
  );
  const issues = useMemo<DraftIssue[]>(
    () => (nameTaken ? [...read.issues, { field: 'name', reason: 'nameTaken', params: {} }] : read.issues),
    [read, nameTaken],
  );
  // An empty form needs no reproach.
  const shown = issues.filter(({ reason }) => reason !== 'noImage');
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);

  const fill = (spec: ContainerSpec) => {
    setDraft(toDraft(spec));
    setProblem(null);
  };
  const submit = async (start: boolean) => {
    setProblem(null);
    setWorking(true);
    try {
      const { client } = connection;
      const { spec } = read;
      const made = await (replaces === null
        ? client.containers.create({ engineId, spec, start })
        : client.containers.recreate({ id: replaces, spec, start }));
      if (!gone.current) onDone(made.machineId);
    } catch (error) {
      if (!gone.current) setProblem(connection.problemOf(error));
    } finally {
      setWorking(false);
    }
  };
  const flip = (section: SectionId, isOpen: boolean) =>
    setOpen((before) => new Set(isOpen ? [...before, section] : [...before].filter((one) => one !== section)));
  const buttonWords =
    replaces === null ? (['create.create', 'create.start'] as const) : (['create.recreate', 'create.recreateStart'] as const);
  const words: FieldWords = {
    issue(field) {
      const found = shown.find((issue) => issue.field === field);
      return found === undefined ? null : issueText(t, found);
    },
    note: () => null,
  };
  const refusal = working ? t('create.working') : issues[0] === undefined ? null : issueText(t, issues[0]);
  return (
    <Drawer
      open
      size="wide"
      onOpenChange={(next) => !next && onClose()}
      title={title}
      closeLabel={t('common.close')}
      footer={
        <div className={fields.footer}>
          <RunLine spec={read.spec} onRead={fill} />
          {problem !== null && <ProblemNote problem={problem} onPort={(from, to) => setDraft(movePort(draft, from, to))} />}
          <div className={fields.buttons}>
            <span role="status" className={fields.help}>
              {working ? t('create.working') : shown.length > 0 ? t('create.issues', { count: shown.length }) : ''}
            </span>
            <Button refusal={refusal} onClick={() => void submit(false)}>
              {t(buttonWords[0])}
            </Button>
            <Button variant="primary" refusal={refusal} onClick={() => void submit(true)}>
              {t(buttonWords[1])}
            </Button>
          </div>
        </div>
      }
    >
      <FormProvider value={{ draft, change, issues: shown, engineId, replaces }}>
        <FieldWordsProvider value={words}>
          <div className={fields.form}>
            <div className={styles.top}>
              {replaces !== null && <p className={fields.help}>{t('create.editHelp')}</p>}
              <TemplatesMenu spec={read.spec} savable={issues.length === 0} onUse={fill} />
            </div>
            <General engines={engines} onEngine={replaces === null ? setEngineId : null} />
            {SECTIONS.map((section) => {
              const count = changedIn(section, read.spec);
              const troubled = shown.some(({ field }) => sectionOf(field) === section);
              return (
                <details
                  key={section}
                  className={fields.section}
                  open={open.has(section) || troubled}
                  onToggle={(event) => flip(section, event.currentTarget.open)}
                >
                  <summary>
                    {t(`create.section.${section}`)}
                    {count > 0 && <span className={styles.count}>{t('create.set', { count })}</span>}
                  </summary>
                  <div className={fields.sectionBody}>
                    {section === 'environment' && <Environment />}
                    {section === 'network' && <PortRows />}
                    {section === 'network' && <NetworkRows />}
                    {section === 'storage' && <MountRows />}
                    <SectionFields section={section} />
                  </div>
                </details>
              );
            })}
          </div>
        </FieldWordsProvider>
      </FormProvider>
    </Drawer>
  );
}

/** Why it could not be made, in the engine's words where it has its own, with the way out. */
function ProblemNote({ problem, onPort }: { problem: Problem; onPort: (from: number, to: number) => void }) {
  const { t, problem: sentence } = useI18n();
  const { port, next } = problem.params;
  return (
    <div role="alert" className={fields.problem}>
      <p>{sentence(problem)}</p>
      {problem.reason === 'portTaken' && (
        <Button size="small" onClick={() => onPort(Number(port), Number(next))}>
          {t('create.portUse', { port: Number(next) })}
        </Button>
      )}
      {problem.detail !== null && (
        <details>
          <summary>{t('common.details')}</summary>
          <pre>{problem.detail}</pre>
          <CopyButton text={problem.detail} label={t('common.copy')} doneLabel={t('common.copied')} />
        </details>
      )}
    </div>
  );
}

function movePort(draft: Draft, from: number, to: number): Draft {
  return { ...draft, ports: draft.ports.map((port) => (Number(port.hostPort) === from ? { ...port, hostPort: String(to) } : port)) };
}
