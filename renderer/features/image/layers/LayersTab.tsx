import { FolderSearch } from 'lucide-react';
import { useState } from 'react';
import type { Image, ImageContents, ImageDetails } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { useTasks } from '../../../stores/index.ts';
import { Button } from '../../../ui/Button.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { Progress } from '../../../ui/Progress.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { imageTitle } from '../../images/list-images.ts';
import { useImageDetails } from '../use-image-details.ts';
import { shownInstruction } from './instruction.ts';
import { LayerFiles } from './LayerFiles.tsx';
import { LayerList } from './LayerList.tsx';
import styles from './LayersTab.module.css';
import { useContents } from './use-contents.ts';

/** To see the files, the engine has to write out the whole image: above this it is asked for. */
const READ_UNASKED_BYTES = 512 * 1024 * 1024;

/** How the image was made, layer by layer, and what each does to the files of those below it. */
export function LayersTab({ image }: { image: Image }) {
  const { t, problem } = useI18n();
  const loaded = useImageDetails(image.id);
  const contents = useContents(image.id, image.sizeBytes <= READ_UNASKED_BYTES);
  const [chosen, setChosen] = useState<number | null>(null);
  if (loaded === null) return <LoadingLayers />;
  if ('problem' in loaded) return <EmptyState title={problem(loaded.problem)} />;
  const { details } = loaded;
  const summary = contents.state === 'read' ? contents.contents : null;
  const layer = chosen ?? details.layers.length - 1;
  return (
    <div className={styles.tab}>
      <Totals details={details} contents={summary} />
      <div className={styles.panes}>
        <LayerList details={details} contents={summary} chosen={layer} onChoose={setChosen} />
        <section className={styles.files} aria-label={t('layers.filesOf', { number: layer + 1 })}>
          <ChosenLayer details={details} contents={summary} layer={layer} />
          {contents.state === 'read' && details.layers[layer] !== undefined && (
            <LayerFiles key={layer} image={image} layer={layer} layers={details.layers.length} />
          )}
          {contents.state === 'reading' && <Reading image={image} />}
          {contents.state === 'unread' && (
            <EmptyState
              icon={<FolderSearch size={28} />}
              title={t('layers.unread')}
              action={<ReadButton image={image} onRead={contents.read} />}
            >
              {t('layers.unreadText')}
            </EmptyState>
          )}
          {contents.state === 'failed' && (
            <EmptyState title={problem(contents.problem)} action={<ReadButton image={image} onRead={contents.read} />} />
          )}
        </section>
      </div>
    </div>
  );
}

function ReadButton({ image, onRead }: { image: Image; onRead: () => void }) {
  const { t, format } = useI18n();
  return <Button onClick={onRead}>{t('layers.read', { bytes: format.bytes(image.sizeBytes) })}</Button>;
}

function Totals({ details, contents }: { details: ImageDetails; contents: ImageContents | null }) {
  const { t, format } = useI18n();
  const total = details.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const wasted = contents === null ? null : contents.wastedBytes;
  return (
    <dl className={styles.totals}>
      <div>
        <dt>{t('layers.count')}</dt>
        <dd>{format.integer(details.layers.length)}</dd>
      </div>
      <div>
        <dt>{t('column.size')}</dt>
        <dd>{format.bytes(total)}</dd>
      </div>
      <div title={t('layers.wastedHelp')}>
        <dt>{t('layers.wasted')}</dt>
        <dd>
          {format.bytes(wasted)}
          {wasted !== null && total > 0 && <span className={styles.muted}> ({format.percent(Math.min(1, wasted / total))})</span>}
        </dd>
      </div>
    </dl>
  );
}

function ChosenLayer({ details, contents, layer }: { details: ImageDetails; contents: ImageContents | null; layer: number }) {
  const { t, format } = useI18n();
  const found = details.layers[layer];
  if (found === undefined) return null;
  const step = details.steps.find((each) => each.layer === layer);
  const { verb, rest } = shownInstruction(step?.createdBy ?? '');
  const summary = contents?.layers[layer];
  return (
    <div className={styles.chosen}>
      <pre className={styles.instruction}>{`${verb} ${rest}`.trim() || t('layers.noInstruction')}</pre>
      <div className={styles.facts}>
        <span>{format.bytes(found.sizeBytes)}</span>
        {step?.createdAtMs != null && <span>{format.dateTime(step.createdAtMs)}</span>}
        <code title={found.diffId}>{found.diffId.replace(/^sha256:/, '').slice(0, 12)}</code>
        {summary !== undefined && (
          <>
            <span>{t('layers.added', { count: summary.added.files, bytes: format.bytes(summary.added.bytes) })}</span>
            <span>{t('layers.changed', { count: summary.changed.files, bytes: format.bytes(summary.changed.bytes) })}</span>
            <span>{t('layers.removed', { count: summary.removed.files, bytes: format.bytes(summary.removed.bytes) })}</span>
            {summary.wastedBytes > 0 && (
              <span className={styles.warning}>{t('layers.wastedHere', { bytes: format.bytes(summary.wastedBytes) })}</span>
            )}
          </>
        )}
      </div>
    </div>
  );
}

/** The task has the numbers, and the way to stop it is in the tray. */
function Reading({ image }: { image: Image }) {
  const { t, format } = useI18n();
  const name = imageTitle(image, t('images.dangling'));
  const task = useTasks().find(
    ({ kind, state, subject }) => kind === 'readLayers' && state === 'running' && subject === (image.names[0] ?? image.id),
  );
  return (
    <div className={styles.reading} role="status">
      <span>
        {t('layers.reading', { image: name })} {task?.doneBytes != null && format.bytes(task.doneBytes)}
      </span>
      <Progress value={task?.progress ?? null} label={t('layers.reading', { image: name })} />
    </div>
  );
}

function LoadingLayers() {
  return (
    <div className={styles.loading}>
      {['30%', '62%', '48%', '56%'].map((width) => (
        <Skeleton key={width} width={width} height="14px" />
      ))}
    </div>
  );
}
