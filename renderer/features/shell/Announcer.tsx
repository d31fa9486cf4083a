import { useEffect, useRef, useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';

/** More changes at once than this are not read out one by one. */
const MOST = 3;

/** Tells screen readers of machines whose state has changed. */
export function Announcer() {
  const { t, tDynamic } = useI18n();
  const { inventory } = useStores();
  const [words, setWords] = useState('');
  const say = useRef({ t, tDynamic });
  useEffect(() => {
    say.current = { t, tDynamic };
  }, [t, tDynamic]);
  useEffect(
    () =>
      inventory.subscribe((now, before) => {
        if (now.machines === before.machines || !before.ready) return;
        const changed = [...now.machines.values()].filter((machine) => {
          const old = before.machines.get(machine.id);
          return old !== machine && old?.state !== machine.state;
        });
        if (changed.length === 0 || changed.length > MOST) return;
        setWords(
          changed.map(({ name, state }) => say.current.t('act.failed', { name, problem: say.current.tDynamic('state', state) })).join('. '),
        );
      }),
    [inventory],
  );
  return (
    <div className="visually-hidden" role="log" aria-live="polite">
      {words}
    </div>
  );
}
