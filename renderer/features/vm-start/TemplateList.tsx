import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { EngineId, Problem, VmTemplate } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useReading, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import styles from './vm-start.module.css';

const RELOAD_MS = 3000;

/** The templates of every engine that keeps some: what each costs, and who runs from it. */
export function TemplateLists() {
  const engines = useInventory((inventory) => [...inventory.engines.values()].filter(({ facets }) => facets.includes('vmTemplates')));
  return engines.map(({ id }) => <TemplateList key={id} engineId={id} />);
}

function TemplateList({ engineId }: { engineId: EngineId }) {
  const { t, format, problem: words } = useI18n();
  const { templates, problem, remove } = useTemplates(engineId);
  const total = (templates ?? []).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return (
    <section className={styles.templates} aria-label={t('vmStart.templates')} aria-busy={templates === null}>
      <div className={styles.line}>
        <span>
          {templates === null || templates.length === 0
            ? t('vmStart.noTemplates')
            : t('vmStart.templatesTotal', { count: templates.length, size: format.bytes(total) })}
        </span>
        {templates !== null && templates.length > 0 && (
          <Button size="small" icon={<Trash2 />} onClick={() => void remove(null)}>
            {t('vmStart.removeAll')}
          </Button>
        )}
      </div>
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {words(problem)}
        </p>
      )}
      {templates !== null && templates.length > 0 && <Rows templates={templates} onRemove={(key) => void remove([key])} />}
      <p className={styles.faint}>{t('vmStart.templatesText')}</p>
    </section>
  );
}

function Rows({ templates, onRemove }: { templates: VmTemplate[]; onRemove: (key: string) => void }) {
  const { t, format } = useI18n();
  const nameOf = ({ kind, image }: VmTemplate) => (kind === 'warm' ? t('vmStart.warmOf', { image: image ?? '' }) : t('vmStart.generic'));
  return (
    <table>
      <thead>
        <tr>
          <th>{t('vmStart.template')}</th>
          <th>{t('vmStart.machine')}</th>
          <th className={styles.number}>{t('column.size')}</th>
          <th>{t('vmStart.made')}</th>
          <th>{t('column.usedBy')}</th>
          <th aria-label={t('machine.actions')} />
        </tr>
      </thead>
      <tbody>
        {templates.map((template) => (
          <tr key={template.key}>
            <td>{nameOf(template)}</td>
            <td>{t('vmStart.size', { cpus: template.cpus, memory: format.bytes(template.memoryBytes) })}</td>
            <td className={styles.number}>{format.bytes(template.sizeBytes)}</td>
            <td title={t('vmStart.lastUsed', { time: format.dateTime(template.usedAtMs) })}>
              {t('vmStart.madeIn', { time: format.dateTime(template.madeAtMs), timing: format.timing(template.buildMs) })}
            </td>
            <td>{template.machines.length === 0 ? t('vmStart.nobody') : template.machines.join(', ')}</td>
            <td>
              <IconButton
                size="small"
                tone="danger"
                label={t('vmStart.removeOf', { template: nameOf(template) })}
                onClick={() => onRemove(template.key)}
              >
                <Trash2 />
              </IconButton>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function useTemplates(engineId: EngineId) {
  const { connection } = useStores();
  const [refusal, setRefusal] = useState<Problem | null>(null);
  // They change with the machines, and are made in the background after one has started.
  const machines = useInventory((inventory) => inventory.machines);
  const { value, problem, again } = useReading((client, signal) => client.vmTemplates.list({ engineId }, { signal }), {
    of: engineId,
    everyMs: RELOAD_MS,
    upon: machines,
  });
  const remove = async (keys: string[] | null) => {
    setRefusal(null);
    await connection.client.vmTemplates.remove({ engineId, keys }).catch((error) => setRefusal(connection.problemOf(error)));
    again();
  };
  return { templates: value, problem: refusal ?? problem, remove };
}
