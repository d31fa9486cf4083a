import { Eye, EyeOff, Search } from 'lucide-react';
import { useState } from 'react';
import { type Fact, type Image, type ImageDetails, splitId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { FactGroups } from '../machine/inspect/FactGroups.tsx';
import styles from '../machine/inspect/InspectTab.module.css';
import { useImageDetails } from './use-image-details.ts';

/** The image's configuration: what a machine of it runs, and how. */
export function ImageOverviewTab({ image }: { image: Image }) {
  const { t, problem } = useI18n();
  const loaded = useImageDetails(image.id);
  const [filter, setFilter] = useState('');
  const [revealed, setRevealed] = useState(false);
  return (
    <div className={styles.tab}>
      <div className={styles.bar}>
        <TextField
          label={t('inspect.filter')}
          placeholder={t('inspect.filter')}
          icon={<Search />}
          data-filter
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setFilter('')}
        />
        <span className={styles.tools}>
          <IconButton
            label={t(revealed ? 'inspect.hide' : 'inspect.reveal')}
            aria-pressed={revealed}
            onClick={() => setRevealed(!revealed)}
          >
            {revealed ? <EyeOff /> : <Eye />}
          </IconButton>
        </span>
      </div>
      {loaded === null && (
        <div className={styles.loading}>
          {['40%', '64%', '52%', '30%'].map((width) => (
            <Skeleton key={width} width={width} height="14px" />
          ))}
        </div>
      )}
      {loaded !== null && 'problem' in loaded && <EmptyState title={problem(loaded.problem)} />}
      {loaded !== null && 'details' in loaded && (
        <FactGroups label={t('image.configuration')} facts={factsOf(loaded.details)} filter={filter} revealed={revealed} />
      )}
    </div>
  );
}

function factsOf(details: ImageDetails): Fact[] {
  return [
    { group: 'general', label: 'id', value: splitId(details.id).nativeId },
    { group: 'general', label: 'names', value: details.names },
    { group: 'general', label: 'digests', value: details.digests },
    { group: 'general', label: 'platform', value: [details.os, details.architecture].filter(Boolean).join('/') },
    { group: 'general', label: 'createdAt', value: details.createdAtMs, unit: 'time' },
    { group: 'general', label: 'author', value: details.author || null },
    { group: 'general', label: 'labels', value: Object.entries(details.labels).map(([key, value]) => `${key}=${value}`) },
    { group: 'process', label: 'entrypoint', value: details.entrypoint },
    { group: 'process', label: 'command', value: details.command },
    { group: 'process', label: 'workingDir', value: details.workingDir },
    { group: 'process', label: 'user', value: details.user || null },
    { group: 'process', label: 'environment', value: details.env },
    { group: 'process', label: 'stopSignal', value: details.stopSignal },
    { group: 'process', label: 'healthCheck', value: details.healthCheck },
    { group: 'network', label: 'exposedPorts', value: details.exposedPorts },
    { group: 'storage', label: 'layers', value: details.layers.length, unit: 'count' },
    { group: 'storage', label: 'declaredVolumes', value: details.volumes },
  ];
}
