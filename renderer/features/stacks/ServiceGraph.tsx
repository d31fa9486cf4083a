import { useMemo } from 'react';
import { Link } from 'wouter';
import { useI18n } from '../../i18n/index.ts';
import { StateDot } from '../../ui/StateDot.tsx';
import { machineUrl } from '../machine/machine-url.ts';
import { layoutGraph, NODE } from './graph-layout.ts';
import { tally } from './list-stacks.ts';
import type { ServiceEntry } from './merge-services.ts';
import styles from './stack.module.css';

const MARGIN = 4;

/** Who needs whom, from left to right, with live states. Each service is a link to its first container, and says all of it in words. */
export function ServiceGraph({ services }: { services: readonly ServiceEntry[] }) {
  const { t, format } = useI18n();
  const layout = useMemo(() => layoutGraph(services), [services]);
  const words = (service: ServiceEntry): string => {
    const { running, total } = tally(service.machines);
    const state = total === 0 ? t('stack.notMade') : t('stacks.running', { running, total });
    const params = { service: service.name, state };
    if (service.dependsOn.length === 0) return t('stack.graphNeedsNothing', params);
    return t('stack.graphNeeds', { ...params, needed: format.list([...service.dependsOn]) });
  };
  return (
    <div className={styles.graph}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing with links in it is no form. */}
      <svg width={layout.width + 2 * MARGIN} height={layout.height + 2 * MARGIN} role="group" aria-label={t('stack.graph')}>
        <g transform={`translate(${MARGIN} ${MARGIN})`}>
          {layout.edges.map(({ from, to, path }) => (
            <path key={`${from} ${to}`} d={path} className={styles.edge} />
          ))}
          {layout.nodes.map(({ name, x, y }) => {
            const service = services.find((one) => one.name === name);
            if (service === undefined) return null;
            const [first] = service.machines;
            const { state, running, total } = tally(service.machines);
            const box = (
              <>
                <rect width={NODE.width} height={NODE.height} rx="6" className={styles.node} data-state={state} />
                <svg x="12" y="16" width="12" height="12" aria-hidden="true">
                  <StateDot state={state} />
                </svg>
                <text x="32" y="20" className={styles.nodeName}>
                  {name.length > 15 ? `${name.slice(0, 14)}…` : name}
                </text>
                <text x="32" y="35" className={styles.nodeNote}>
                  {total === 0 ? t('stack.notMade') : t('stacks.running', { running, total })}
                </text>
              </>
            );
            return (
              <g key={name} transform={`translate(${x} ${y})`}>
                {first === undefined ? (
                  // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: a group of shapes is nothing to interact with.
                  <g role="img" aria-label={words(service)}>
                    {box}
                  </g>
                ) : (
                  <Link href={machineUrl(first.id)} aria-label={words(service)} className={styles.nodeLink}>
                    {box}
                  </Link>
                )}
              </g>
            );
          })}
        </g>
      </svg>
    </div>
  );
}
