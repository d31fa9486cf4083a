import { Network as NetworkIcon } from 'lucide-react';
import { type KeyboardEvent, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { machineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { machineUrl } from '../machine/machine-url.ts';
import { layOut, MACHINE_HEIGHT, MACHINE_WIDTH, NETWORK_HEIGHT, NETWORK_WIDTH } from './graph-layout.ts';
import styles from './networks.module.css';
import { networkText } from './ReachTable.tsx';
import { peersOf, type Reach } from './reach.ts';

/** What the box of a machine holds: its name, at most so much of it beside ports, and its ports. */
const LETTERS = 58;
const NAME_LETTERS = 26;

interface ReachGraphProps {
  reach: Reach;
  onOpenNetwork: (id: string) => void;
}

/**
 * Networks and machines, and a line for each place that one has on the other. What is pointed at or focused brings out whom it
 * meets; Enter opens it. The table beside it says the same in words.
 */
export function ReachGraph({ reach, onOpenNetwork }: ReachGraphProps) {
  const { t, format } = useI18n();
  const [, navigate] = useLocation();
  const [active, setActive] = useState<string | null>(null);
  const layout = useMemo(() => layOut(reach), [reach]);
  const lit = useMemo(() => litBy(reach, active), [reach, active]);
  const names = new Map(reach.machines.map(({ id, name }) => [id, name]));
  if (reach.machines.length === 0) {
    return (
      <EmptyState icon={<NetworkIcon size={32} />} title={t('networks.noneRuns')}>
        {t('networks.noneRunsText')}
      </EmptyState>
    );
  }
  const point = (id: string) => ({
    tabIndex: 0,
    'data-lit': lit === null || lit.has(id),
    onPointerEnter: () => setActive(id),
    onPointerLeave: () => setActive(null),
    onFocus: () => setActive(id),
    onBlur: () => setActive(null),
  });
  const onKey = (open: () => void) => (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    open();
  };
  return (
    <div className={styles.scroll}>
      <p className={styles.legend}>{t('networks.drawingHelp')}</p>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing is no set of fields */}
      <svg
        className={styles.graph}
        width={layout.width}
        height={layout.height}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        role="group"
        aria-label={t('networks.reach')}
      >
        {layout.edges.map(({ key, networkId, machineId: to, from, to: end }) => (
          <path
            key={key}
            className={styles.edge}
            data-edge={`${networkId} ${to}`}
            data-lit={active === null ? undefined : active === networkId || active === to || (lit?.has(to) === true && lit.has(networkId))}
            d={`M${from.x} ${from.y}C${from.x + 90} ${from.y} ${end.x - 90} ${end.y} ${end.x} ${end.y}`}
          />
        ))}
        {layout.networks.map((network) => {
          const open = () => network.kind !== 'user' && onOpenNetwork(network.id);
          const label = networkText(network, t);
          return (
            // biome-ignore lint/a11y/useSemanticElements: a drawing has no buttons of its own
            <g
              key={network.id}
              role="button"
              className={styles.network}
              data-kind={network.kind}
              aria-label={t('networks.nodeLabel', {
                name: label,
                machines: format.list(network.machineIds.map((id) => names.get(id) ?? id)),
              })}
              transform={`translate(${network.x} ${network.y - NETWORK_HEIGHT / 2})`}
              onClick={open}
              onKeyDown={onKey(open)}
              {...point(network.id)}
            >
              <rect width={NETWORK_WIDTH} height={NETWORK_HEIGHT} rx="8" />
              <text x="12" y="19" className={styles.strong}>
                {cut(label, 34)}
              </text>
              <text x="12" y="35" className={styles.small}>
                {cut([network.subnet ?? '', t(`networks.kind.${network.kind}`)].filter(Boolean).join(' · '), 44)}
              </text>
            </g>
          );
        })}
        {layout.machines.map((machine) => {
          const open = () => navigate(machineUrl(machineId.parse(machine.id)));
          const ports =
            machine.ports.length === 0
              ? ''
              : cut(t('networks.hostTo', { ports: machine.ports.join(', ') }), LETTERS - Math.min(machine.name.length, NAME_LETTERS));
          const peers = peersOf(reach, machine.id).map((id) => names.get(id) ?? id);
          return (
            // biome-ignore lint/a11y/useSemanticElements: a drawing has no links of its own
            <g
              key={machine.id}
              role="link"
              className={styles.machine}
              data-kind={machine.kind}
              aria-label={
                peers.length === 0
                  ? t('networks.meetsNobody', { name: machine.name })
                  : t('networks.meets', { name: machine.name, machines: format.list(peers) })
              }
              transform={`translate(${machine.x} ${machine.y - MACHINE_HEIGHT / 2})`}
              onClick={open}
              onKeyDown={onKey(open)}
              {...point(machine.id)}
            >
              <rect width={MACHINE_WIDTH} height={MACHINE_HEIGHT} rx={machine.kind === 'vm' ? 2 : 14} />
              <text x="14" y="18" className={styles.strong}>
                {cut(machine.name, ports === '' ? 52 : NAME_LETTERS)}
              </text>
              <text x={MACHINE_WIDTH - 12} y="18" textAnchor="end" className={styles.small}>
                {ports}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** What belongs to what is pointed at: itself, its networks, and all who are on them. Null while nothing is. */
function litBy(reach: Reach, active: string | null): ReadonlySet<string> | null {
  if (active === null) return null;
  const network = reach.networks.find(({ id }) => id === active);
  if (network !== undefined) return new Set([active, ...network.machineIds]);
  const machine = reach.machines.find(({ id }) => id === active);
  return new Set([active, ...(machine?.networkIds ?? []), ...peersOf(reach, active)]);
}

function cut(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}
