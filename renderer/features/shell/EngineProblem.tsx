import { LifeBuoy } from 'lucide-react';
import { useState } from 'react';
import type { MachineKind, Problem } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';

/** Why machines of a kind cannot be run here, what to do, and the way to look again. `problem` null: it is still being found out. */
export function EngineProblem({ kind, problem }: { kind: MachineKind; problem: Problem | null }) {
  const { t, problem: say } = useI18n();
  const { commands } = useStores();
  const [searching, setSearching] = useState(false);
  if (problem === null) return <EmptyState title={t('first.looking')} />;
  const search = async () => {
    setSearching(true);
    await commands.searchEngines();
    setSearching(false);
  };
  return (
    <EmptyState
      icon={<LifeBuoy size={32} />}
      title={t(kind === 'container' ? 'first.noEngineTitle' : 'first.noQemuTitle')}
      action={
        <Button variant="primary" disabled={searching} onClick={() => void search()}>
          {searching ? t('hosts.searching') : t('common.searchAgain')}
        </Button>
      }
    >
      {say(problem)}
    </EmptyState>
  );
}
