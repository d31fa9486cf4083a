import { Download, PackageSearch, ScanSearch, Search } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import type { Image, ImagePackage, Problem, Scanner, ScannerName, ScanSubject, Vulnerability } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { useInventory, useStores, useTasks } from '../../../stores/index.ts';
import { Button } from '../../../ui/Button.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { Progress } from '../../../ui/Progress.tsx';
import { Segments } from '../../../ui/Segments.tsx';
import { Select } from '../../../ui/Select.tsx';
import { Switch } from '../../../ui/Switch.tsx';
import { TextField } from '../../../ui/TextField.tsx';
import styles from './ContentsTab.module.css';
import { PackageList, VulnerabilityList } from './ReportLists.tsx';

export type Report = { subject: 'packages'; items: ImagePackage[] } | { subject: 'vulnerabilities'; items: Vulnerability[] };

/** What is in the image and what of it is known to be flawed, if a scanner is installed where its engine is. */
export function ContentsTab({ image }: { image: Image }) {
  const { t, problem: words } = useI18n();
  const { scanners, problem, again } = useScanners(image);
  const host = useInventory(({ engines, hosts }) => hosts.get(engines.get(image.engineId)?.hostId ?? ('' as never))?.name ?? '');
  if (problem !== null) return <EmptyState title={words(problem)} action={<Button onClick={again}>{t('scan.lookAgain')}</Button>} />;
  if (scanners === null) return null;
  if (scanners.length === 0) {
    return (
      <EmptyState
        icon={<PackageSearch size={32} />}
        title={t('scan.none', { host })}
        action={<Button onClick={again}>{t('scan.lookAgain')}</Button>}
      >
        <p>{t('scan.noneText')}</p>
        <ul className={styles.links}>
          {SITES.map(([name, site, finds]) => (
            <li key={name}>
              <a href={site} target="_blank" rel="noreferrer">
                {name}
              </a>
              {': '}
              {t(finds)}
            </li>
          ))}
        </ul>
      </EmptyState>
    );
  }
  return <Scans image={image} scanners={scanners} />;
}

const SITES = [
  ['syft', 'https://github.com/anchore/syft#installation', 'scan.findsPackages'],
  ['grype', 'https://github.com/anchore/grype#installation', 'scan.findsVulnerabilities'],
  ['trivy', 'https://trivy.dev/latest/getting-started/installation/', 'scan.findsBoth'],
] as const;

function Scans({ image, scanners }: { image: Image; scanners: readonly Scanner[] }) {
  const { t, problem: words } = useI18n();
  const { commands } = useStores();
  const subjects = (['packages', 'vulnerabilities'] as const).filter((one) => scanners.some((scanner) => scanner.subjects.includes(one)));
  const [wanted, setWanted] = useState<ScanSubject>(subjects[0] ?? 'packages');
  const able = scanners.filter((scanner) => scanner.subjects.includes(wanted));
  const [chosen, setChosen] = useState<ScannerName | null>(null);
  const scanner = able.find(({ name }) => name === chosen) ?? able[0];
  const [update, setUpdate] = useState(false);
  const [filter, setFilter] = useState('');
  const { report, busy, problem, scan } = useScan(image);
  const shown = report?.subject === wanted ? report : null;
  if (scanner === undefined) return null;
  return (
    <div className={styles.tab}>
      <div className={styles.bar}>
        <Segments
          label={t('scan.subject')}
          value={wanted}
          options={subjects.map((value) => ({ value, label: t(`scan.${value}`) }))}
          onValueChange={setWanted}
        />
        {able.length > 1 && (
          <Select
            label={t('scan.scanner')}
            value={scanner.name}
            options={able.map(({ name, version }) => ({ value: name, label: name, ...(version === null ? {} : { hint: version }) }))}
            onValueChange={setChosen}
          />
        )}
        <Button variant="primary" icon={<ScanSearch />} disabled={busy} onClick={() => void scan(scanner.name, wanted, update)}>
          {t('scan.with', { scanner: scanner.name })}
        </Button>
        {wanted === 'vulnerabilities' && (
          <span className={styles.switch}>
            <Switch label={t('scan.update')} checked={update} onCheckedChange={setUpdate} />
            <span aria-hidden="true">{t('scan.update')}</span>
          </span>
        )}
        {shown !== null && (
          <TextField
            className={styles.filter}
            label={t('common.filter')}
            placeholder={t('scan.filter')}
            type="search"
            icon={<Search />}
            data-filter
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && setFilter('')}
          />
        )}
        {shown?.subject === 'packages' && (
          <Button icon={<Download />} onClick={() => void commands.saveSbom(image.id, scanner.name)}>
            {t('scan.saveSbom')}
          </Button>
        )}
      </div>
      {busy && <Scanning image={image} />}
      {!busy && problem !== null && <EmptyState title={words(problem)}>{problem.detail ?? undefined}</EmptyState>}
      {!busy && problem === null && shown === null && (
        <EmptyState icon={<ScanSearch size={28} />} title={t('scan.notYet')}>
          {t(update && wanted === 'vulnerabilities' ? 'scan.onlineText' : 'scan.offlineText')}
        </EmptyState>
      )}
      {!busy && problem === null && shown?.subject === 'packages' && <PackageList packages={shown.items} filter={filter} />}
      {!busy && problem === null && shown?.subject === 'vulnerabilities' && (
        <VulnerabilityList vulnerabilities={shown.items} filter={filter} />
      )}
    </div>
  );
}

function Scanning({ image }: { image: Image }) {
  const { t } = useI18n();
  const task = useTasks().find(
    ({ kind, state, subject }) => kind === 'scanImage' && state === 'running' && subject === (image.names[0] ?? image.id),
  );
  return (
    <div className={styles.scanning} role="status">
      <span>{t('scan.scanning')}</span>
      <Progress value={task?.progress ?? null} label={t('scan.scanning')} />
    </div>
  );
}

function useScanners({ engineId }: Image): { scanners: readonly Scanner[] | null; problem: Problem | null; again: () => void } {
  const { connection } = useStores();
  const [look, setLook] = useState(0);
  const [scanners, setScanners] = useState<readonly Scanner[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another look is another answer
  useEffect(() => {
    const leaving = new AbortController();
    connection.client.imageScans.scanners({ engineId }, { signal: leaving.signal }).then(
      (found) => {
        setScanners(found);
        setProblem(null);
      },
      (error) => leaving.signal.aborted || setProblem(connection.problemOf(error)),
    );
    return () => leaving.abort();
  }, [connection, engineId, look]);
  return useMemo(() => ({ scanners, problem, again: () => setLook((count) => count + 1) }), [scanners, problem]);
}

function useScan({ id }: Image) {
  const { connection } = useStores();
  const [report, setReport] = useState<Report | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const scan = async (scanner: ScannerName, subject: ScanSubject, update: boolean) => {
    setBusy(true);
    setProblem(null);
    try {
      const { packages, vulnerabilities } = connection.client.imageScans;
      setReport(
        subject === 'packages'
          ? { subject, items: await packages({ id, scanner }) }
          : { subject, items: await vulnerabilities({ id, scanner, update }) },
      );
    } catch (error) {
      const failed = connection.problemOf(error);
      if (failed.reason !== 'cancelled') setProblem(failed);
    }
    setBusy(false);
  };
  return { report, problem, busy, scan };
}
