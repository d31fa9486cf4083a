import { Layers } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Image, ImageId, MachineKind } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { KindIcon } from '../../ui/KindIcon.tsx';
import { Select } from '../../ui/Select.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import styles from './RunBar.module.css';

/** Picks an image and runs it: on both hulls, or on one. Without the starter image it offers to build it. */
export function RunBar({ only }: { only?: MachineKind }) {
  const { t, format } = useI18n();
  const { commands } = useStores();
  const containers = useAvailability('container');
  const vms = useAvailability('vm');
  const images = useRunnableImages();
  const engines = useInventory((inventory) => inventory.engines);
  const [chosen, setChosen] = useState<ImageId | null>(null);
  const starter = images.find((image) => image.starter);
  const image = images.find(({ id }) => id === chosen) ?? starter ?? images[0];
  const manyEngines = new Set(images.map(({ engineId }) => engineId)).size > 1;
  const options = images.map((one) => ({
    value: one.id,
    label: one.names[0] ?? '',
    hint: manyEngines ? (engines.get(one.engineId)?.name ?? one.engineId) : format.bytes(one.sizeBytes),
  }));
  const run = (...as: MachineKind[]) => {
    if (image !== undefined) void commands.run(image.id, as);
  };
  const canContainer = image !== undefined && containers.available;
  const canVm = image !== undefined && vms.available;
  return (
    <div className={styles.bar}>
      {starter === undefined && containers.available && <BuildStarter primary={images.length === 0} />}
      {images.length > 0 && (
        <>
          <Select
            className={styles.image}
            label={t('run.image')}
            icon={<Layers />}
            value={image?.id ?? null}
            options={options}
            onValueChange={setChosen}
            placeholder={t('run.pickImage')}
          />
          {only === undefined && (
            <Button variant="primary" disabled={!canContainer || !canVm} onClick={() => run('container', 'vm')}>
              {t('run.both')}
            </Button>
          )}
          {only !== 'vm' && (
            <Button icon={<KindIcon kind="container" />} disabled={!canContainer} onClick={() => run('container')}>
              {t('run.asContainer')}
            </Button>
          )}
          {only !== 'container' && (
            <Button icon={<KindIcon kind="vm" />} disabled={!canVm} onClick={() => run('vm')}>
              {t('run.asVm')}
            </Button>
          )}
        </>
      )}
    </div>
  );
}

/** Images with a name, of engines that answer: the starter first, then by name. */
export function useRunnableImages(): Image[] {
  const images = useInventory((inventory) => inventory.images);
  return useMemo(() => {
    const named = [...images.values()].filter((image) => image.names.length > 0);
    return named.sort((a, b) => Number(b.starter) - Number(a.starter) || ((a.names[0] ?? '') < (b.names[0] ?? '') ? -1 : 1));
  }, [images]);
}

export function BuildStarter({ primary }: { primary: boolean }) {
  const { t } = useI18n();
  const { commands } = useStores();
  const containers = useAvailability('container');
  const [building, setBuilding] = useState(false);
  const engine = containers.available ? containers.engines.find((one) => one.facets.includes('images')) : undefined;
  if (engine === undefined) return null;
  const build = async () => {
    setBuilding(true);
    await commands.buildStarter(engine.id);
    setBuilding(false);
  };
  return (
    <Button variant={primary ? 'primary' : 'default'} disabled={building} onClick={() => void build()}>
      {t('run.buildStarter')}
    </Button>
  );
}
