import { CloudUpload, Columns2, Download, Layers, SlidersHorizontal, Tag, Trash2 } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { useLocation } from 'wouter';
import { type Image, splitId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Menu, type MenuItem } from '../../ui/Menu.tsx';
import { imageUrl } from '../image/image-url.ts';
import { PushDialog } from '../registries/PushDialog.tsx';

export interface ImageMenuProps {
  image: Image;
  /** One button. */
  trigger: ReactElement;
  onTag: () => void;
  onRemove: () => void;
}

/** What can be done with one image besides running it. */
export function ImageMenu({ image, trigger, onTag, onRemove }: ImageMenuProps) {
  const { t } = useI18n();
  const { commands, ui } = useStores();
  const [, navigate] = useLocation();
  const [pushing, setPushing] = useState(false);
  const canPush = useInventory((inventory) => inventory.engines.get(image.engineId)?.facets.includes('registries') ?? false);
  const canCreate = useInventory((inventory) => inventory.engines.get(image.engineId)?.facets.includes('containers') ?? false);
  const name = image.names[0] ?? splitId(image.id).nativeId;
  const create: MenuItem = {
    type: 'item',
    key: 'create',
    label: t('create.runMenu'),
    icon: <SlidersHorizontal />,
    onSelect: () => ui.setState({ create: { from: 'image', image: name, engineId: image.engineId } }),
  };
  const push: MenuItem = { type: 'item', key: 'push', label: t('push.open'), icon: <CloudUpload />, onSelect: () => setPushing(true) };
  return (
    <>
      <Menu
        trigger={trigger}
        items={[
          ...(canCreate ? [create] : []),
          { type: 'item', key: 'tag', label: t('image.tag'), icon: <Tag />, onSelect: onTag },
          { type: 'item', key: 'save', label: t('image.save'), icon: <Download />, onSelect: () => void commands.saveImages([image.id]) },
          ...(canPush ? [push] : []),
          { type: 'separator', key: 'look' },
          {
            type: 'item',
            key: 'layers',
            label: t('image.tab.layers'),
            icon: <Layers />,
            onSelect: () => navigate(imageUrl(image.id, 'layers')),
          },
          {
            type: 'item',
            key: 'compare',
            label: t('image.tab.compare'),
            icon: <Columns2 />,
            onSelect: () => navigate(imageUrl(image.id, 'compare')),
          },
          { type: 'separator', key: 'danger' },
          { type: 'item', key: 'remove', label: t('action.remove'), icon: <Trash2 />, tone: 'danger', onSelect: onRemove },
        ]}
      />
      {pushing && <PushDialog image={image} onClose={() => setPushing(false)} />}
    </>
  );
}
