import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { checkNetworkConfig, checkUserData } from '../../../backend/contract/cloud-config/index.ts';
import { type EngineId, type GuestImage, type GuestImageId, type Problem, VM_ARCHIVE_ENDING } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useGuestImages, useInventory, useStores, useTasks } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { Field, FieldText } from '../fields/Field.tsx';
import { type FieldWords, FieldWordsProvider } from '../fields/field-words.ts';
import styles from '../fields/fields.module.css';
import { DropZone } from '../shell/DropZone.tsx';
import { ImportVmDrawer } from '../vm-bin/ImportVmDrawer.tsx';
import { BoardFields } from '../vm-fields/BoardFields.tsx';
import { HardwareText } from '../vm-fields/HardwareText.tsx';
import type { HardwareIssue } from '../vm-fields/hardware-draft.ts';
import { HardwareFormProvider } from '../vm-fields/hardware-form.ts';
import { issueWords } from '../vm-fields/issue-words.ts';
import { NetworkFields } from '../vm-fields/NetworkFields.tsx';
import { ProcessorFields } from '../vm-fields/ProcessorFields.tsx';
import { VmPortRows } from '../vm-fields/VmPortRows.tsx';
import { CloudInitFields } from './CloudInitFields.tsx';
import { DiskFields } from './DiskFields.tsx';
import {
  type CloudChoice,
  EMPTY_DRAFT,
  nameFor,
  readDraft,
  type VmDraft,
  withArchitecture,
  withLibraryImage,
  withSource,
} from './draft.ts';
import { type VmForm, VmFormProvider } from './form-context.ts';
import own from './new-vm.module.css';
import { cloudChoices, SourceFields } from './SourceFields.tsx';
import { useSourceUpload } from './use-source-upload.ts';
import type { VmBasics } from './use-vm-basics.ts';

const SECTIONS = ['hardware', 'storage', 'network', 'cloudInit'] as const;

/** What matters most is open; all else has an answer already. */
export function NewVmForm({
  engineId,
  basics,
  imageId,
  onClose,
}: {
  engineId: EngineId;
  basics: VmBasics;
  imageId: GuestImageId | null;
  onClose: () => void;
}) {
  const { t, problem: sentence, format } = useI18n();
  const { connection, commands } = useStores();
  const images = useGuestImages();
  const library = useMemo(() => (images ?? []).filter(({ state }) => state === 'ready'), [images]);
  const choices = useMemo(() => cloudChoices(basics.catalogue, library), [basics, library]);
  const [draft, setDraft] = useState<VmDraft>(() => withArchitecture(EMPTY_DRAFT, basics.abilities.native ?? 'x86_64'));
  const [problem, setProblem] = useState<Problem | null>(null);
  /** The name of the machine that is being made. */
  const [making, setMaking] = useState<string | null>(null);
  const working = making !== null;
  const gone = useGone();
  /** The image to choose when the library knows it as ready: a moment after the form, or after it was sent. */
  const [coming, setComing] = useState(imageId);
  const arrived = library.find(({ id }) => id === coming);
  if (arrived !== undefined) {
    setComing(null);
    if (!isDecided(draft)) setDraft(withLibraryImage(draft, arrived));
  }
  const upload = useSourceUpload({
    onBegin: () => setDraft((before) => ({ ...(hasFile(before) ? before : withSource(before, 'file')), path: '', cdromPath: '' })),
    onReady: setComing,
  });
  /** A file that is no image but a whole machine. */
  const [archive, setArchive] = useState<File | null>(null);
  const take = (file: File) => (file.name.endsWith(VM_ARCHIVE_ENDING) ? setArchive(file) : upload.begin(file));

  const taken = useInventory(({ machines }) => [...machines.values()].filter((machine) => machine.kind === 'vm').map(({ name }) => name));
  const choice = choices.get(draft.cloudImage);
  const discs = library.filter(({ kind }) => kind === 'iso');
  const name = making ?? (draft.name.trim() || nameFor(sourceWords(draft, { choice, discs }), new Set(taken)));
  const read = readDraft(draft, { engineId, name, taken: new Set(working ? [] : taken), hostCpus: basics.abilities.hostCpus });
  const issues: HardwareIssue[] =
    draft.cloudInit && hasErrors(draft) ? [...read.issues, { field: 'userData', message: 'newVm.issue.cloudInit' }] : read.issues;
  // An empty form needs no reproach.
  const shown = issues.filter(({ message }) => message !== 'newVm.issue.image' && !(message === 'newVm.issue.path' && isUntouched(draft)));
  const task = useTasks().find((one) => one.kind === 'createVm' && one.subject === name && one.state === 'running');

  const submit = async (start: boolean) => {
    setProblem(null);
    setMaking(name);
    try {
      await connection.client.vms.create({ ...read.request, start });
      if (!gone.current) onClose();
    } catch (error) {
      const failed = connection.problemOf(error);
      if (!gone.current && failed.reason !== 'cancelled') setProblem(failed);
    } finally {
      setMaking(null);
    }
  };
  const disabled = working || issues.length > 0;
  const form: VmForm = {
    draft,
    change: (patch) => setDraft((before) => ({ ...before, ...patch })),
    replace: setDraft,
    abilities: basics.abilities,
    engineId,
  };
  return (
    <Drawer
      open
      size="wide"
      onOpenChange={(next) => !next && onClose()}
      title={t('newVm.title')}
      closeLabel={t('common.close')}
      footer={
        <div className={styles.footer}>
          {problem !== null && (
            <div role="alert" className={styles.problem}>
              <p>{sentence(problem)}</p>
            </div>
          )}
          {working && task !== undefined && (
            <div className={own.progress}>
              <Progress value={task.progress} label={t('newVm.progress', { name })} />
              <span>{task.progress === null ? '' : format.percent(task.progress)}</span>
              {/* What is being downloaded for it goes on: the next one needs it too. */}
              <Button size="small" onClick={() => void commands.cancelTask(task.id)}>
                {t('common.cancel')}
              </Button>
            </div>
          )}
          <div className={styles.buttons}>
            <span role="status" className={styles.help}>
              {working ? t('create.working') : shown.length > 0 ? t('create.issues', { count: shown.length }) : ''}
            </span>
            <Button disabled={disabled} onClick={() => void submit(false)}>
              {t('create.create')}
            </Button>
            <Button variant="primary" disabled={disabled} onClick={() => void submit(true)}>
              {t('create.start')}
            </Button>
          </div>
        </div>
      }
    >
      <FormProviders form={form} issues={shown}>
        <DropZone hint={t('newVm.drop')} onFiles={([file]) => file !== undefined && take(file)}>
          <div className={styles.form}>
            <SourceFields choices={choices} discs={discs} sent={upload.sent} onFile={take} />
            <div className={styles.grid}>
              <FieldText
                label={t('create.name')}
                field="name"
                placeholder={name}
                value={draft.name}
                onText={(text) => form.change({ name: text })}
              />
              <HardwareText of="cpus" label={t('newVm.cpus')} numeric />
              <HardwareText of="memory" label={t('newVm.memory')} numeric />
              <Field label={t('newVm.autostart')} field="autostart">
                <Segments
                  label={t('newVm.autostart')}
                  value={draft.autostart ? 'yes' : 'no'}
                  options={(['no', 'yes'] as const).map((value) => ({ value, label: t(`newVm.${value}`) }))}
                  onValueChange={(value) => form.change({ autostart: value === 'yes' })}
                />
              </Field>
            </div>
            {SECTIONS.map((section) => (
              <details key={section} className={styles.section} open={section === 'cloudInit' && draft.cloudInit}>
                <summary>{t(`newVm.section.${section}`)}</summary>
                <div className={styles.sectionBody}>
                  {section === 'hardware' && (
                    <>
                      <BoardFields onArchitecture={(next) => setDraft(withArchitecture(draft, next))} />
                      <ProcessorFields />
                    </>
                  )}
                  {section === 'storage' && <DiskFields />}
                  {section === 'network' && <NetworkFields />}
                  {section === 'network' && draft.network === 'user' && (
                    <VmPortRows rows={draft.ports} onChange={(ports) => form.change({ ports })} engineId={engineId} machineId={null} />
                  )}
                  {section === 'cloudInit' && <CloudInitFields defaultUser={defaultUserOf(choice)} />}
                </div>
              </details>
            ))}
          </div>
        </DropZone>
      </FormProviders>
      {archive !== null && (
        <ImportVmDrawer engineId={engineId} file={archive} onClose={(isBegun) => (isBegun ? onClose() : setArchive(null))} />
      )}
    </Drawer>
  );
}

/** What the fields of each kind look for. */
function FormProviders({ form, issues, children }: { form: VmForm; issues: readonly HardwareIssue[]; children: ReactNode }) {
  const { t } = useI18n();
  const words: FieldWords = { issue: issueWords(t, issues), note: () => null };
  return (
    <VmFormProvider value={form}>
      <HardwareFormProvider value={form}>
        <FieldWordsProvider value={words}>{children}</FieldWordsProvider>
      </HardwareFormProvider>
    </VmFormProvider>
  );
}

function useGone() {
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);
  return gone;
}

function hasErrors({ userData, networkConfig }: VmDraft): boolean {
  const issues = [...checkUserData(userData), ...(networkConfig === null ? [] : checkNetworkConfig(networkConfig))];
  return issues.some(({ severity }) => severity === 'error');
}

/** Its source is a file that may be sent from here. */
function hasFile({ source }: VmDraft): boolean {
  return source === 'file' || source === 'iso';
}

/** The person has chosen something already, which what was asked for earlier must not undo. */
function isDecided(draft: VmDraft): boolean {
  const { source, cloudImage, path, cdromPath } = draft;
  if (source === 'cloud') return cloudImage !== '';
  return !hasFile(draft) || path !== '' || cdromPath !== '';
}

function isUntouched({ path, cdromPath }: VmDraft): boolean {
  return path === '' && cdromPath === '';
}

function sourceWords(
  { source, path, cdromPath }: VmDraft,
  { choice, discs }: { choice: CloudChoice | undefined; discs: readonly GuestImage[] },
): string {
  const file = (text: string) => text.split('/').at(-1) ?? '';
  if (source === 'file') return file(path);
  if (source === 'iso') return discs.find((disc) => disc.path === cdromPath)?.name ?? file(cdromPath);
  if (source === 'blank' || choice === undefined) return '';
  return choice.type === 'image' ? choice.image.name : `${choice.entry.distribution} ${choice.entry.version}`;
}

function defaultUserOf(choice: CloudChoice | undefined): string | null {
  return choice?.type === 'image' ? choice.image.defaultUser : (choice?.entry.defaultUser ?? null);
}
