/** `npm run bench -- NAME [--json]`; without a name, the list of benches. */
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { type BenchResult, describeHost, format, type HostDescription, loadBench } from './harness.ts';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false } } });
const [name] = positionals;
if (name === undefined) await list();
else await measure(name);

async function list(): Promise<void> {
  const names = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !['run.ts', 'harness.ts'].includes(file) && !file.endsWith('.test.ts'))
    .map((file) => basename(file, '.ts'));
  for (const each of names) {
    const bench = await loadBench(each);
    console.log(`${bench.name.padEnd(18)}${bench.describe}`);
  }
}

async function measure(name: string): Promise<void> {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const bench = await loadBench(name);
    process.stderr.write(`${bench.name}: ${bench.describe}\n`);
    const result = await bench.run({ log: (line) => process.stderr.write(`  ${line}\n`), signal: controller.signal });
    const { accelerator, ...rest } = result;
    const host = describeHost(accelerator);
    console.log(values.json ? JSON.stringify({ name: bench.name, ...rest, host }) : table(bench.name, rest as BenchResult, host));
  } catch (error) {
    process.stderr.write(
      `${name} failed: ${causes(error)
        .map((each) => inspect(each))
        .join('\n')}\n`,
    );
    process.exitCode = 1;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function table(name: string, result: BenchResult, host: HostDescription): string {
  const { ours, peer, ratio, unit, n, spread, ...further } = result;
  const row = (label: string, of: (typeof spread)['ours'], value: number, suffix: string) =>
    [
      label.padEnd(8),
      `${format(value)} ${suffix}`.padEnd(20),
      `${format(of.min)} · ${format(of.q1)} – ${format(of.q3)} · ${format(of.max)}`,
    ].join('');
  const { memoryBytes, ...machine } = host;
  return [
    '',
    `${name}, ${n} pairs`,
    `${''.padEnd(8)}${'median'.padEnd(20)}min · quartiles · max`,
    row('ours', spread.ours, ours, unit),
    row('peer', spread.peer, peer, unit),
    row('ratio', spread.ratio, ratio, ''),
    ...Object.entries(further).map(([key, value]) => `${key}: ${typeof value === 'number' ? format(value) : JSON.stringify(value)}`),
    '',
    [...Object.entries(machine).map(([key, value]) => `${key} ${value}`), `memory ${Math.round(memoryBytes / 2 ** 30)} GiB`].join(', '),
  ].join('\n');
}

/** What failed while something that had failed was cleaned up hides what failed first. */
function causes(error: unknown): unknown[] {
  return error instanceof SuppressedError ? [...causes(error.suppressed), ...causes(error.error)] : [error];
}
