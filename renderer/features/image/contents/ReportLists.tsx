import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useMemo, useRef } from 'react';
import { type ImagePackage, type Severity, severity, type Vulnerability } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { classNames } from '../../../ui/class-names.ts';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import styles from './ContentsTab.module.css';

const ROW_PX = 32;

export function PackageList({ packages, filter }: { packages: readonly ImagePackage[]; filter: string }) {
  const { t } = useI18n();
  const rows = useMemo(
    () => packages.filter(({ name, version, type, licenses }) => matches([name, version, type, ...licenses], filter)),
    [packages, filter],
  );
  return (
    <>
      <p className={styles.sum}>{t('scan.packageCount', { count: packages.length })}</p>
      <Rows
        label={t('scan.packages')}
        columns={[t('column.name'), t('scan.version'), t('scan.type'), t('scan.licenses')]}
        template="minmax(160px, 2fr) minmax(120px, 1fr) 100px minmax(140px, 2fr)"
        count={rows.length}
        cells={(index) => {
          const row = rows[index];
          return row === undefined ? [] : [row.name, row.version, row.type, row.licenses.join(', ')];
        }}
      />
    </>
  );
}

export function VulnerabilityList({ vulnerabilities, filter }: { vulnerabilities: readonly Vulnerability[]; filter: string }) {
  const { t, format } = useI18n();
  const rows = useMemo(
    () => vulnerabilities.filter((one) => matches([one.id, one.package, one.version, one.severity, one.title], filter)),
    [vulnerabilities, filter],
  );
  const counts = severity.options.map((level) => [level, vulnerabilities.filter((one) => one.severity === level).length] as const);
  return (
    <>
      <p className={styles.sum}>
        {vulnerabilities.length === 0
          ? t('scan.noVulnerabilities')
          : counts
              .filter(([, count]) => count > 0)
              .map(([level, count]) => `${t(`scan.severity.${level}`)} ${format.integer(count)}`)
              .join(' · ')}
      </p>
      {vulnerabilities.length > 0 && (
        <Rows
          label={t('scan.vulnerabilities')}
          columns={[t('scan.severity'), t('column.id'), t('scan.package'), t('scan.version'), t('scan.fixedIn'), t('scan.title')]}
          template="92px 150px minmax(110px, 1fr) minmax(110px, 1fr) minmax(110px, 1fr) minmax(140px, 3fr)"
          count={rows.length}
          cells={(index) => {
            const row = rows[index];
            if (row === undefined) return [];
            return [
              <Level key="severity" level={row.severity} />,
              row.url === null ? (
                row.id
              ) : (
                <a key="id" href={row.url} target="_blank" rel="noreferrer">
                  {row.id}
                </a>
              ),
              row.package,
              row.version,
              row.fixedIn.join(', ') || t('scan.noFix'),
              row.title,
            ];
          }}
        />
      )}
    </>
  );
}

/** A shape besides the colour: the worse, the fuller. */
const SHAPES: Record<Severity, string> = { critical: '●', high: '◕', medium: '◑', low: '◔', negligible: '○', unknown: '?' };

function Level({ level }: { level: Severity }) {
  const { t } = useI18n();
  return (
    <span className={styles.level} data-severity={level}>
      <span aria-hidden="true">{SHAPES[level]}</span> {t(`scan.severity.${level}`)}
    </span>
  );
}

interface RowsProps {
  label: string;
  columns: readonly string[];
  template: string;
  count: number;
  cells: (index: number) => readonly ReactNode[];
}

/** A plain table of any length; only what is in sight is in the page. */
function Rows({ label, columns, template, count, cells }: RowsProps) {
  const { t } = useI18n();
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count, getScrollElement: () => scroll.current, estimateSize: () => ROW_PX, overscan: 12 });
  const grid = { gridTemplateColumns: template };
  if (count === 0) return <EmptyState title={t('scan.noMatch')} />;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid cannot be a <table>.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
    <div ref={scroll} role="table" aria-label={label} aria-rowcount={count + 1} className={styles.table} tabIndex={0}>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="row" tabIndex={-1} className={classNames(styles.row, styles.header)} style={grid}>
        {columns.map((column) => (
          // biome-ignore lint/a11y/useSemanticElements: as above
          <span key={column} role="columnheader" tabIndex={-1}>
            {column}
          </span>
        ))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="rowgroup" className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => (
          // biome-ignore lint/a11y/useSemanticElements: as above
          <div
            key={index}
            role="row"
            tabIndex={-1}
            aria-rowindex={index + 2}
            className={classNames(styles.row, styles.item)}
            style={{ ...grid, transform: `translateY(${start}px)` }}
          >
            {cells(index).map((cell, column) => (
              // biome-ignore lint/a11y/useSemanticElements: as above
              // biome-ignore lint/suspicious/noArrayIndexKey: columns never change places
              <span key={column} role="cell" title={typeof cell === 'string' ? cell : undefined}>
                {cell}
              </span>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function matches(texts: readonly string[], filter: string): boolean {
  const hay = texts.join('\n').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}
