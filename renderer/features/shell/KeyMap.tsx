import { type MessageKey, useI18n } from '../../i18n/index.ts';
import { useStores, useUi } from '../../stores/index.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Kbd } from '../../ui/Kbd.tsx';
import styles from './KeyMap.module.css';
import { modifierKey } from './modifier-key.ts';

type PlainKey = Extract<MessageKey, `keys.${string}`>;

export function KeyMap() {
  const { t } = useI18n();
  const { ui } = useStores();
  const open = useUi((state) => state.keysOpen);
  const modifier = modifierKey();
  const everywhere: [PlainKey, string[]][] = [
    ['keys.palette', [`${modifier}K`]],
    ['keys.filter', ['/']],
    ['keys.help', ['?']],
    ['keys.goOverview', ['g', 'o']],
    ['keys.goContainers', ['g', 'c']],
    ['keys.goVms', ['g', 'v']],
    ['keys.goImages', ['g', 'i']],
    ['keys.goHosts', ['g', 'h']],
    ['keys.goSettings', ['g', 's']],
  ];
  const lists: [PlainKey, string[]][] = [
    ['keys.move', ['j', 'k', '↓', '↑']],
    ['keys.open', ['Enter']],
    ['keys.select', ['Space']],
    ['keys.extend', ['Shift', '↓']],
    ['keys.selectAll', [`${modifier}A`]],
    ['keys.remove', ['Delete']],
    ['keys.letGo', ['Esc']],
  ];
  return (
    <Dialog open={open} onOpenChange={(keysOpen) => ui.setState({ keysOpen })} title={t('keys.title')} size="large">
      <div className={styles.columns}>
        <Group title={t('keys.everywhere')} rows={everywhere} />
        <Group title={t('keys.lists')} rows={lists} />
      </div>
    </Dialog>
  );
}

function Group({ title, rows }: { title: string; rows: [PlainKey, string[]][] }) {
  const { t } = useI18n();
  return (
    <section>
      <h3 className={styles.title}>{title}</h3>
      <dl className={styles.rows}>
        {rows.map(([key, keys]) => (
          <div key={key} className={styles.row}>
            <dt>{t(key)}</dt>
            <dd className={styles.keys}>
              {keys.map((name) => (
                <Kbd key={name}>{name}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
