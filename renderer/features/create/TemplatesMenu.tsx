import { BookMarked, Trash2 } from 'lucide-react';
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { type ContainerSpec, type ContainerTemplate, isSecretName, type Problem } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Menu, type MenuItem } from '../../ui/Menu.tsx';
import { TextField } from '../../ui/TextField.tsx';
import fields from '../fields/fields.module.css';
import styles from './create.module.css';

/** Specs kept under names: use one, keep this one, put them in order. */
export function TemplatesMenu({ spec, savable, onUse }: { spec: ContainerSpec; savable: boolean; onUse: (spec: ContainerSpec) => void }) {
  const { t, problem: sentence, format } = useI18n();
  const templates = useTemplates();
  const [dialog, setDialog] = useState<'save' | 'manage' | null>(null);
  const close = () => {
    setDialog(null);
    templates.forget();
  };
  const items: MenuItem[] = [
    ...templates.all.map(
      (template): MenuItem => ({
        type: 'item',
        key: template.id,
        label: template.name,
        hint: template.spec.image,
        // A template is for many containers, and so is its name not theirs.
        onSelect: () => onUse({ ...template.spec, name: null }),
      }),
    ),
    ...(templates.all.length === 0
      ? [{ type: 'item', key: 'none', label: t('create.templatesNone'), disabled: true, onSelect: () => {} } as const]
      : []),
    { type: 'separator', key: 'separator' },
    { type: 'item', key: 'save', label: t('create.templateSave'), disabled: !savable, onSelect: () => setDialog('save') },
    {
      type: 'item',
      key: 'manage',
      label: t('create.templateManage'),
      disabled: templates.all.length === 0,
      onSelect: () => setDialog('manage'),
    },
  ];
  const secrets = Object.keys(spec.env).filter((name) => isSecretName(name) && spec.env[name] !== '');
  return (
    <>
      <Menu
        items={items}
        trigger={
          <Button size="small" icon={<BookMarked />}>
            {t('create.templates')}
          </Button>
        }
      />
      {dialog === 'save' && (
        <SaveDialog
          problem={templates.problem === null ? null : sentence(templates.problem)}
          warning={secrets.length === 0 ? null : t('create.templateSecrets', { names: format.list(secrets) })}
          proposed={spec.name ?? spec.image.replace(/[:@].*$/, '')}
          onClose={close}
          onSave={async (name) => (await templates.change((client) => client.save({ name, spec }))) && close()}
        />
      )}
      {dialog === 'manage' && (
        <Dialog open onOpenChange={close} title={t('create.templates')}>
          {templates.problem !== null && (
            <p role="alert" className={fields.issue}>
              {sentence(templates.problem)}
            </p>
          )}
          <ul className={styles.templates}>
            {templates.all.map((template) => (
              <TemplateRow key={template.id} template={template} change={templates.change} />
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}

function SaveDialog(props: {
  problem: string | null;
  warning: string | null;
  proposed: string;
  onClose: () => void;
  onSave: (name: string) => void;
}) {
  const { t } = useI18n();
  const [name, setName] = useState(props.proposed);
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '') props.onSave(name.trim());
  };
  return (
    <Dialog open onOpenChange={props.onClose} title={t('create.templateSave')}>
      <form className={fields.row} onSubmit={save}>
        <TextField
          className={fields.grow}
          label={t('create.templateName')}
          value={name}
          autoFocus
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" variant="primary" disabled={name.trim() === ''}>
          {t('create.templateSaveButton')}
        </Button>
      </form>
      {props.problem !== null && (
        <p role="alert" className={fields.issue}>
          {props.problem}
        </p>
      )}
      {props.warning !== null && <p className={styles.warning}>{props.warning}</p>}
    </Dialog>
  );
}

function TemplateRow({ template, change }: { template: ContainerTemplate; change: Change }) {
  const { t } = useI18n();
  const [name, setName] = useState(template.name);
  const rename = (event: FormEvent) => {
    event.preventDefault();
    void change((client) => client.rename({ id: template.id, name: name.trim() }));
  };
  return (
    <li>
      <form className={fields.row} onSubmit={rename}>
        <TextField
          className={fields.grow}
          label={t('create.templateNameOf', { name: template.name })}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" disabled={name.trim() === '' || name.trim() === template.name}>
          {t('create.templateRename')}
        </Button>
        <IconButton
          size="small"
          tone="danger"
          label={t('create.templateRemoveOf', { name: template.name })}
          onClick={() => void change((client) => client.remove({ id: template.id }))}
        >
          <Trash2 />
        </IconButton>
      </form>
    </li>
  );
}

type Client = ReturnType<typeof useStores>['connection']['client']['templates'];
type Change = (work: (client: Client) => Promise<unknown>) => Promise<boolean>;

function useTemplates() {
  const { connection } = useStores();
  const [all, setAll] = useState<readonly ContainerTemplate[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const load = useCallback(async () => setAll(await connection.client.templates.list()), [connection]);
  useEffect(() => {
    load().catch((error) => setProblem(connection.problemOf(error)));
  }, [connection, load]);
  const change: Change = async (work) => {
    try {
      setProblem(null);
      await work(connection.client.templates);
      await load();
      return true;
    } catch (error) {
      setProblem(connection.problemOf(error));
      return false;
    }
  };
  return { all, problem, change, forget: () => setProblem(null) };
}
