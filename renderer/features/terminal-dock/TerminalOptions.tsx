import { AArrowDown, AArrowUp, Ellipsis, Search } from 'lucide-react';
import { useI18n } from '../../i18n/index.ts';
import { useSettings, useStores } from '../../stores/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { nextFontSize } from './TerminalPane.tsx';

/** What holds for all terminals, within reach of each: text size, copying, search. */
export function TerminalOptions({ onSearch }: { onSearch: (() => void) | null }) {
  const { t } = useI18n();
  const { commands } = useStores();
  const settings = useSettings();
  const resize = (change: 'larger' | 'smaller') => void commands.updateSettings({ terminalFontSizePx: nextFontSize(settings, change) });
  return (
    <>
      {onSearch !== null && (
        <IconButton label={t('terminal.search')} shortcut="Ctrl+F" onClick={onSearch}>
          <Search />
        </IconButton>
      )}
      <IconButton label={t('terminal.smaller')} shortcut="Ctrl+−" onClick={() => resize('smaller')}>
        <AArrowDown />
      </IconButton>
      <IconButton label={t('terminal.larger')} shortcut="Ctrl++" onClick={() => resize('larger')}>
        <AArrowUp />
      </IconButton>
      <Menu
        trigger={
          <IconButton label={t('terminal.options')}>
            <Ellipsis />
          </IconButton>
        }
        items={[
          {
            type: 'item',
            key: 'copy',
            label: t(settings.terminalCopyOnSelect ? 'terminal.copyOnSelectOff' : 'terminal.copyOnSelectOn'),
            onSelect: () => void commands.updateSettings({ terminalCopyOnSelect: !settings.terminalCopyOnSelect }),
          },
          { type: 'separator', key: 'line' },
          { type: 'item', key: 'leave', label: t('terminal.leaveHint'), disabled: true, onSelect: () => {} },
        ]}
      />
    </>
  );
}
