import { Command } from 'cmdk';
import {
  Boxes,
  Disc3,
  HardDrive,
  Layers,
  Library,
  Moon,
  Network,
  Plus,
  ScrollText,
  Search,
  Server,
  Settings,
  Ship,
  SlidersHorizontal,
  Sun,
  SunMoon,
} from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { MOST_LOGS } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { KindIcon } from '../../ui/KindIcon.tsx';
import { Logo } from '../../ui/Logo.tsx';
import { StateDot } from '../../ui/StateDot.tsx';
import { GUEST_IMAGES_URL } from '../guest-images/guest-images-url.ts';
import { logsUrl } from '../logs/logs-url.ts';
import { machineUrl } from '../machine/machine-url.ts';
import { ACTION_ICONS, ACTION_ORDER, ASKED_FIRST } from '../machines/actions.tsx';
import { stateWords } from '../machines/StateLabel.tsx';
import { useRunnableImages } from '../overview/RunBar.tsx';
import styles from './Palette.module.css';

/** Machines beyond this are found by typing more of the name: a list of a thousand is not one to look through. */
const MOST_MACHINES = 50;

function wordsOf(search: string): string[] {
  return search.toLowerCase().split(/\s+/).filter(Boolean);
}

/** Every word of the search stands in the entry; those that begin with it come first. */
function containsAll(value: string, search: string): number {
  const hay = value.toLowerCase();
  const words = wordsOf(search);
  if (!words.every((word) => hay.includes(word))) return 0;
  return hay.startsWith(words[0] ?? '') ? 1 : 0.5;
}

/** Everything by its name: pages, machines and what can be done with them, images to run. */
export function Palette() {
  const i18n = useI18n();
  const { t } = i18n;
  const { ui, commands } = useStores();
  const [, navigate] = useLocation();
  const [search, setSearch] = useState('');
  const all = useInventory((inventory) => inventory.machines);
  const images = useRunnableImages();
  const machines = useMemo(() => {
    // Of "stop web", one word is the name; when none is, it is an action that is looked for.
    const words = wordsOf(search);
    const every = [...all.values()];
    const named = every.filter((machine) => words.some((word) => machine.name.toLowerCase().includes(word)));
    return (named.length > 0 ? named : every).slice(0, MOST_MACHINES);
  }, [all, search]);
  const running = useMemo(() => [...all.values()].flatMap(({ id, state }) => (state === 'running' ? [id] : [])).slice(0, MOST_LOGS), [all]);
  const close = () => ui.setState({ paletteOpen: false });
  const item = (entry: { key: string; words: string; icon: ReactNode; perform: () => void; hint?: string }) => (
    <Command.Item
      key={entry.key}
      value={`${entry.words} ${entry.key}`}
      className={styles.item}
      onSelect={() => {
        close();
        entry.perform();
      }}
    >
      {entry.icon}
      <span className={styles.words}>{entry.words}</span>
      {entry.hint !== undefined && <span className={styles.hint}>{entry.hint}</span>}
    </Command.Item>
  );
  const page = (key: string, words: string, icon: ReactNode) => item({ key, words, icon, perform: () => navigate(key) });
  return (
    <Dialog open onOpenChange={(paletteOpen) => ui.setState({ paletteOpen })} title={t('palette.title')} titleHidden size="large">
      <Command label={t('palette.title')} className={styles.palette} filter={containsAll} loop>
        <div className={styles.search}>
          <Search size={16} />
          <Command.Input
            className={styles.input}
            placeholder={t('palette.placeholder')}
            value={search}
            onValueChange={setSearch}
            autoFocus
          />
        </div>
        <Command.List className={styles.list}>
          <Command.Empty className={styles.empty}>{t('palette.nothing')}</Command.Empty>
          {machines.length > 0 && (
            <Command.Group heading={t('palette.machines')} className={styles.group}>
              {machines.map((machine) =>
                item({
                  key: machine.id,
                  words: machine.name,
                  icon: <KindIcon kind={machine.kind} />,
                  hint: stateWords(machine, i18n),
                  perform: () => navigate(machineUrl(machine.id)),
                }),
              )}
            </Command.Group>
          )}
          <Command.Group heading={t('palette.pages')} className={styles.group}>
            {page('/', t('nav.overview'), <Ship />)}
            {page('/containers', t('kind.containers'), <KindIcon kind="container" />)}
            {page('/vms', t('kind.vms'), <KindIcon kind="vm" />)}
            {page(logsUrl(running), t('logs.ofAllRunning'), <ScrollText />)}
            {page('/images', t('nav.images'), <Layers />)}
            {page(GUEST_IMAGES_URL, t('guestImages.page'), <Disc3 />)}
            {page('/registries', t('registries.title'), <Library />)}
            {page('/stacks', t('nav.stacks'), <Boxes />)}
            {page('/volumes', t('nav.volumes'), <HardDrive />)}
            {page('/networks', t('nav.networks'), <Network />)}
            {page('/hosts', t('nav.hosts'), <Server />)}
            {page('/settings', t('nav.settings'), <Settings />)}
          </Command.Group>
          {images.length > 0 && (
            <Command.Group heading={t('palette.images')} className={styles.group}>
              {images.slice(0, MOST_MACHINES).flatMap((image) => {
                const name = { image: image.names[0] ?? '' };
                return [
                  item({
                    key: `both ${image.id}`,
                    words: t('palette.runBoth', name),
                    icon: <Logo size={16} />,
                    perform: () => void commands.run(image.id, ['container', 'vm']),
                  }),
                  item({
                    key: `container ${image.id}`,
                    words: t('palette.runContainer', name),
                    icon: <KindIcon kind="container" />,
                    perform: () => void commands.run(image.id, ['container']),
                  }),
                  item({
                    key: `options ${image.id}`,
                    words: t('create.runWith', name),
                    icon: <SlidersHorizontal />,
                    perform: () => ui.setState({ create: { from: 'image', image: name.image, engineId: image.engineId } }),
                  }),
                  item({
                    key: `vm ${image.id}`,
                    words: t('palette.runVm', name),
                    icon: <KindIcon kind="vm" />,
                    perform: () => void commands.run(image.id, ['vm']),
                  }),
                ];
              })}
            </Command.Group>
          )}
          <Command.Group heading={t('palette.actions')} className={styles.group}>
            {search.trim() !== '' &&
              machines.slice(0, 12).flatMap((machine) => [
                item({
                  key: `logs ${machine.id}`,
                  words: t('logs.of', { name: machine.name }),
                  icon: <ScrollText />,
                  perform: () => navigate(machineUrl(machine.id, 'logs')),
                }),
                // What loses something is asked for where it can be seen.
                ...ACTION_ORDER.filter((action) => !ASKED_FIRST.includes(action) && machine.actions.includes(action)).map((action) =>
                  item({
                    key: `${action} ${machine.id}`,
                    words: t(`action.${action}Of`, { name: machine.name }),
                    icon: ACTION_ICONS[action],
                    perform: () => void commands.act([machine.id], action),
                  }),
                ),
              ])}
            {item({
              key: 'create container',
              words: t('create.open'),
              icon: <Plus />,
              perform: () => ui.setState({ create: { from: 'image', image: '', engineId: null } }),
            })}
            {item({
              key: 'new vm',
              words: t('newVm.open'),
              icon: <Plus />,
              perform: () => ui.setState({ newVm: { imageId: null } }),
            })}
            {item({
              key: 'search engines',
              words: t('hosts.search'),
              icon: <StateDot state="starting" />,
              perform: () => void commands.searchEngines(),
            })}
            {item({
              key: 'theme light',
              words: t('palette.themeLight'),
              icon: <Sun />,
              perform: () => void commands.updateSettings({ theme: 'light' }),
            })}
            {item({
              key: 'theme dark',
              words: t('palette.themeDark'),
              icon: <Moon />,
              perform: () => void commands.updateSettings({ theme: 'dark' }),
            })}
            {item({
              key: 'theme system',
              words: t('palette.themeSystem'),
              icon: <SunMoon />,
              perform: () => void commands.updateSettings({ theme: 'system' }),
            })}
          </Command.Group>
        </Command.List>
      </Command>
    </Dialog>
  );
}
