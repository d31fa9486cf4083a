import { FileUp } from 'lucide-react';
import { type CatalogueImage, type GuestImage, VM_ARCHIVE_ENDING } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { pickFiles } from '../../ui/pick-files.ts';
import { Segments } from '../../ui/Segments.tsx';
import { Select } from '../../ui/Select.tsx';
import { Field, FieldText } from '../fields/Field.tsx';
import styles from '../fields/fields.module.css';
import { GuestImageState } from '../guest-images/GuestImageState.tsx';
import { IMAGE_ENDINGS } from '../guest-images/list-guest-images.ts';
import { HardwareText } from '../vm-fields/HardwareText.tsx';
import { type CloudChoice, type SourceKind, withCloudImage, withSource } from './draft.ts';
import { useVmForm } from './form-context.ts';
import own from './new-vm.module.css';
import type { SentSource } from './use-source-upload.ts';

const DISCS = 'new-vm-discs';

/** What the machine is made of. */
export function SourceFields({
  choices,
  discs,
  sent,
  onFile,
}: {
  choices: ReadonlyMap<string, CloudChoice>;
  discs: readonly GuestImage[];
  /** The file that is on its way into the library. */
  sent: SentSource | null;
  onFile: (file: File) => void;
}) {
  const { t, format } = useI18n();
  const { draft, change, replace } = useVmForm();
  const choose = (key: string) => {
    const choice = choices.get(key);
    if (choice !== undefined) replace(withCloudImage(draft, key, choice));
  };
  const hint = (choice: CloudChoice) =>
    choice.type === 'image' ? t('newVm.inLibrary', { size: format.bytes(choice.image.sizeBytes) }) : t('newVm.downloadFirst');
  return (
    <>
      <Segments<SourceKind>
        label={t('newVm.source')}
        value={draft.source}
        options={(['cloud', 'file', 'iso', 'blank'] as const).map((value) => ({ value, label: t(`newVm.source.${value}`) }))}
        onValueChange={(source) => replace(withSource(draft, source))}
      />
      <p className={styles.help}>{t(`newVm.sourceHelp.${draft.source}`)}</p>
      <div className={styles.grid}>
        {draft.source === 'cloud' && (
          <Field label={t('newVm.image')} field="cloudImage" wide>
            <Select
              label={t('newVm.image')}
              value={draft.cloudImage === '' ? null : draft.cloudImage}
              placeholder={t('newVm.chooseImage')}
              options={[...choices].map(([value, choice]) => ({ value, label: choiceName(choice), hint: hint(choice) }))}
              onValueChange={choose}
            />
          </Field>
        )}
        {draft.source === 'file' && (
          <FieldText
            label={t('newVm.diskFile')}
            field="path"
            placeholder="/home/me/disk.qcow2"
            wide
            help={t('newVm.pathHelp')}
            value={draft.path}
            onText={(path) => change({ path })}
          />
        )}
        {draft.source === 'iso' && (
          <>
            <HardwareText of="cdromPath" label={t('newVm.discFile')} placeholder="/home/me/installer.iso" list={DISCS} wide />
            <datalist id={DISCS}>
              {discs.map(({ id, path, name }) => path !== null && <option key={id} value={path} label={name} />)}
            </datalist>
          </>
        )}
        {(draft.source === 'file' || draft.source === 'iso') && <OwnFile sent={sent} onFile={onFile} />}
      </div>
    </>
  );
}

/** A file of the computer that the page is on. */
function OwnFile({ sent, onFile }: { sent: SentSource | null; onFile: (file: File) => void }) {
  const { t } = useI18n();
  const { commands } = useStores();
  const pick = async () => {
    const [file] = await pickFiles({ accept: `${IMAGE_ENDINGS},${VM_ARCHIVE_ENDING}`, multiple: false });
    if (file !== undefined) onFile(file);
  };
  if (sent === null) {
    return (
      <Field label={t('newVm.ownFile')} help={t('newVm.ownFileHelp')} wide>
        <span>
          <Button icon={<FileUp />} onClick={() => void pick()}>
            {t('guestImages.choose')}
          </Button>
        </span>
      </Field>
    );
  }
  const { name, row } = sent;
  return (
    <Field label={t('newVm.sending', { name })} wide>
      <div className={own.progress}>
        {row === null ? <span>{t('guestImages.state.preparing')}</span> : <GuestImageState {...row} />}
        <Button
          size="small"
          aria-label={t('guestImages.cancelOf', { name })}
          disabled={row?.task == null}
          onClick={() => row?.task != null && void commands.cancelTask(row.task.id)}
        >
          {t('common.cancel')}
        </Button>
      </div>
    </Field>
  );
}

function choiceName(choice: CloudChoice): string {
  if (choice.type === 'entry') return entryName(choice.entry);
  const { name, architecture } = choice.image;
  return architecture === null ? name : `${name} · ${architecture}`;
}

function entryName({ distribution, version, codename, architecture }: CatalogueImage): string {
  return `${distribution} ${version}${codename === undefined ? '' : ` (${codename})`} · ${architecture}`;
}

/** What the catalogue offers, each from the library where it is there already; then all other disks of the library. */
export function cloudChoices(catalogue: readonly CatalogueImage[], library: readonly GuestImage[]): Map<string, CloudChoice> {
  const disks = library.filter(({ kind }) => kind === 'disk');
  const own = new Map(disks.map((image) => [`image:${image.id}`, { type: 'image', image } as CloudChoice]));
  const offered = catalogue.filter(({ id }) => !disks.some(({ origin }) => origin.type === 'catalogue' && origin.entryId === id));
  return new Map([...own, ...offered.map((entry): [string, CloudChoice] => [`entry:${entry.id}`, { type: 'entry', entry }])]);
}
