import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { type Image, type ImageDetails, imageId } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { useInventory } from '../../../stores/index.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { classNames } from '../../../ui/class-names.ts';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { Select } from '../../../ui/Select.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { sizesOf } from '../../images/layer-sizes.ts';
import { imageTitle } from '../../images/list-images.ts';
import { shownInstruction } from '../layers/instruction.ts';
import { useImageDetails } from '../use-image-details.ts';
import styles from './CompareTab.module.css';
import { compareLayers, type LayerKinship } from './compare-layers.ts';

/** Two images side by side: which layers both have, and what that saves. */
export function CompareTab({ image }: { image: Image }) {
  const { t, format } = useI18n();
  const images = useInventory((inventory) => inventory.images);
  const engines = useInventory((inventory) => inventory.engines);
  const [search, setSearch] = useSearchParams();
  const others = useMemo(() => candidates([...images.values()], image), [images, image]);
  const asked = imageId.safeParse(search.get('with'));
  const other = others.find(({ id }) => asked.success && id === asked.data) ?? others[0];
  const left = useImageDetails(image.id);
  const right = useImageDetails(other?.id ?? null);
  if (other === undefined) return <EmptyState title={t('compare.none')}>{t('compare.noneText')}</EmptyState>;
  const title = (one: Image) => imageTitle(one, t('images.dangling'));
  const failed = left !== null && 'problem' in left ? left : right !== null && 'problem' in right ? right : null;
  return (
    <div className={styles.tab}>
      <div className={styles.bar}>
        <span>{t('compare.with')}</span>
        <Select
          className={styles.pick}
          label={t('compare.with')}
          value={other.id}
          options={others.map((one) => ({ value: one.id, label: title(one), hint: engines.get(one.engineId)?.name ?? one.engineId }))}
          onValueChange={(next) => setSearch({ with: next }, { replace: true })}
        />
      </div>
      {failed !== null && <Failed problem={failed.problem} />}
      {failed === null && (left === null || right === null) && <Skeleton width="60%" height="14px" />}
      {left !== null && right !== null && 'details' in left && 'details' in right && (
        <Sides
          one={{ title: title(image), details: left.details, engineId: image.engineId }}
          other={{ title: title(other), details: right.details, engineId: other.engineId }}
          bytes={format.bytes}
        />
      )}
    </div>
  );
}

type Problem = Extract<NonNullable<ReturnType<typeof useImageDetails>>, { problem: unknown }>['problem'];

function Failed({ problem }: { problem: Problem }) {
  return <EmptyState title={useI18n().problem(problem)} />;
}

interface Side {
  title: string;
  details: ImageDetails;
  engineId: string;
}

function Sides({ one, other, bytes }: { one: Side; other: Side; bytes: (value: number) => string }) {
  const { t } = useI18n();
  const comparison = compareLayers({ ...one.details, engineId: one.engineId }, { ...other.details, engineId: other.engineId });
  const sums = [
    [t('compare.shared'), comparison.sharedBytes],
    [t('compare.copied'), comparison.copiedBytes],
    [t('compare.onlyIn', { image: one.title }), comparison.ownBytes.one],
    [t('compare.onlyIn', { image: other.title }), comparison.ownBytes.other],
  ] as const;
  return (
    <>
      <dl className={styles.sums}>
        {sums.map(([label, value], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the sums never change places, and two images may have one name
          <div key={index}>
            <dt title={label}>{label}</dt>
            <dd>{bytes(value)}</dd>
          </div>
        ))}
      </dl>
      <div className={styles.sides}>
        <Layers side={one} kinships={comparison.one} />
        <Layers side={other} kinships={comparison.other} />
      </div>
    </>
  );
}

function Layers({ side, kinships }: { side: Side; kinships: LayerKinship[] }) {
  const { t, format } = useI18n();
  const { layers, steps } = side.details;
  return (
    <section className={styles.side} aria-label={t('compare.layersOf', { image: side.title })}>
      <h2 title={side.title}>{side.title}</h2>
      <ol>
        {layers.map(({ chainId, sizeBytes }, index) => {
          const { verb, rest } = shownInstruction(steps.find((step) => step.layer === index)?.createdBy ?? '');
          const kinship = kinships[index] ?? 'own';
          return (
            <li key={chainId} className={classNames(styles.layer, styles[kinship])} data-kinship={kinship}>
              <span className={styles.words} title={`${verb} ${rest}`}>
                <b>{verb}</b> {rest || (verb === '' ? t('layers.noInstruction') : '')}
              </span>
              {kinship !== 'own' && <Badge>{t(`compare.kinship.${kinship}`)}</Badge>}
              <span className={styles.size}>{format.bytes(sizeBytes)}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Those that share with it first. */
function candidates(images: Image[], image: Image): Image[] {
  const shared = sizesOf(images).get(image.id)?.sharedWith ?? [];
  return [...shared, ...images.filter((other) => other.id !== image.id && !shared.includes(other))];
}
