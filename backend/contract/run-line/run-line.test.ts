import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { specs } from '../../../testing/container-specs.ts';
import { containerSpec, emptySpec } from '../container-spec.ts';
import { parseRunLine, printRunLine, quoteShellWord, splitShellLine } from './index.ts';

const read = (line: string) => parseRunLine(line).spec;
const said = (line: string) => parseRunLine(line).issues.map(({ reason, text }) => [reason, text]);

describe('a line', () => {
  test('says a spec, and the same spec is read from it', () => {
    fc.assert(
      fc.property(specs, fc.boolean(), (spec, start) => {
        const { spec: again, issues, createOnly } = parseRunLine(printRunLine(spec, { start }));
        expect(issues).toEqual([]);
        expect(again).toEqual(spec);
        expect(createOnly).toBe(!start);
      }),
      { numRuns: 200 },
    );
  });

  test('of an entrypoint with arguments puts them before the command', () => {
    const spec = { ...emptySpec('app'), entrypoint: ['/bin/sh', '-c'], command: ['echo 1'] };
    expect(read(printRunLine(spec, { start: true }))).toEqual({ ...spec, entrypoint: ['/bin/sh'], command: ['-c', 'echo 1'] });
    expect(read(`podman run --entrypoint '["/bin/sh","-c"]' app 'echo 1'`)).toEqual(read(printRunLine(spec, { start: true })));
  });

  test('of a well-known guide fills what it says', () => {
    const line = `
      # A database
      $ sudo docker container run -itd --name some-db \\
        -p 127.0.0.1:5432:5432/tcp -p 8000-8002:9000-9002 -P \\
        -e POSTGRES_PASSWORD='se cret' --env=PGDATA="/var/lib/\\"x\\"" \\
        -v pgdata:/var/lib/postgresql/data:ro -v /srv/conf:/etc/conf:z,rshared \\
        --mount type=bind,src=/srv,dst=/mnt,readonly --mount type=tmpfs,dst=/run,tmpfs-size=64m \\
        --net backend --net-alias db --restart=on-failure:3 -m512m --cpus=1.5 --gpus '"device=0,1"' \\
        postgres:16 -c shared_buffers=256MB   # the rest belongs to it
    `;
    const { spec, issues } = parseRunLine(line);
    expect(issues).toEqual([]);
    expect(spec).toEqual(
      containerSpec.parse({
        image: 'postgres:16',
        name: 'some-db',
        command: ['-c', 'shared_buffers=256MB'],
        interactive: true,
        tty: true,
        publishAllPorts: true,
        env: { POSTGRES_PASSWORD: 'se cret', PGDATA: '/var/lib/"x"' },
        ports: [
          { hostAddress: '127.0.0.1', hostPort: 5432, containerPort: 5432 },
          ...[0, 1, 2].map((at) => ({ hostPort: 8000 + at, containerPort: 9000 + at })),
        ],
        mounts: [
          { type: 'volume', source: 'pgdata', target: '/var/lib/postgresql/data', readOnly: true },
          { type: 'bind', source: '/srv/conf', target: '/etc/conf', relabel: 'z', propagation: 'rshared', createSource: true },
          { type: 'bind', source: '/srv', target: '/mnt', readOnly: true },
        ],
        tmpfs: { '/run': 'size=64m' },
        networks: [{ network: 'backend', aliases: ['db'] }],
        restart: { name: 'on-failure', maximumRetries: 3 },
        memoryBytes: 512 * 1024 ** 2,
        cpus: 1.5,
        gpus: { deviceIds: ['0', '1'] },
      }),
    );
  });

  test.each([
    ['docker run -p8080:80 app', { ports: [{ hostPort: 8080, containerPort: 80 }] }],
    ['docker run -p=8080:80 app', { ports: [{ hostPort: 8080, containerPort: 80 }] }],
    ['docker run -p [::1]::53/udp app', { ports: [{ hostAddress: '::1', hostPort: null, containerPort: 53, protocol: 'udp' }] }],
    ['docker run -itw/x app', { interactive: true, tty: true, workingDir: '/x' }],
    ['docker run --init=false --rm=true app', { autoRemove: true }],
    ['docker run --entrypoint= app sh', { entrypoint: [], command: ['sh'] }],
    ['docker run --pids-limit -1 app', { pidsLimit: -1 }],
    ['docker run -- app -x', { command: ['-x'] }],
    ['docker run --ip 10.0.0.2 app', { networks: [{ network: 'default', ipv4: '10.0.0.2' }] }],
    ['docker run --volume-driver nfs -v a:/a app', { mounts: [{ type: 'volume', source: 'a', target: '/a', driver: 'nfs' }] }],
    ['docker run --add-host db=10.0.0.1 app', { extraHosts: ['db:10.0.0.1'] }],
    [
      'docker run --health-cmd "curl -f x || exit 1" --health-interval 1m30s app',
      { health: { command: 'curl -f x || exit 1', intervalMs: 90_000 } },
    ],
  ])('%s', (line, fields) => {
    expect(parseRunLine(line)).toMatchObject({ issues: [], spec: containerSpec.parse({ image: 'app', ...fields }) });
  });
});

describe('what cannot be taken is told with its place', () => {
  test.each([
    ['docker run --frobnicate app', ['unknownFlag', '--frobnicate']],
    ['docker run -Z app', ['unknownFlag', '-Z']],
    ['docker run --pod x app', ['podmanOnly', '--pod x']],
    ['docker run --env-file .env app', ['needsFile', '--env-file .env']],
    ['docker run -e HOME app', ['fromEnvironment', '-e HOME']],
    ['docker run -v ./data:/data app', ['relativePath', '-v ./data:/data']],
    ['docker run -v "$PWD":/data app', ['relativePath', '-v "$PWD":/data'], ['expansion', '$PWD']],
    ['docker run -m lots app', ['badSize', '-m lots']],
    ['docker run -p 80:99999 app', ['badPort', '-p 80:99999']],
    ['docker run -p 8000-8010:80 app', ['openPortRange', '-p 8000-8010:80']],
    ['docker run --restart sometimes app', ['badRestart', '--restart sometimes']],
    [
      'docker run --mount type=bind,src=/a,dst=/b,bind-nonrecursive=true app',
      ['badMountOption', '--mount type=bind,src=/a,dst=/b,bind-nonrecursive=true'],
    ],
    ['docker run --security-opt seccomp=/p.json app', ['needsFile', '--security-opt seccomp=/p.json']],
    ['docker run app | grep x', ['operator', '| grep x']],
    ['docker -H tcp://x run app', ['globalFlag', '-H tcp://x']],
    ['docker run --name', ['missingValue', '--name'], ['noImage', '']],
    ['kubectl run app', ['notRunLine', 'kubectl']],
    ["docker run 'app", ['openQuote', "'"]],
    ['docker run -a stdout --cidfile x app', ['terminalOnly', '-a stdout'], ['terminalOnly', '--cidfile x']],
  ])('%s', (line, ...expected) => {
    expect(said(line)).toEqual(expected);
  });

  test('a field that no flag alone can judge', () => {
    const { spec, issues } = parseRunLine('docker run --name -x app');
    expect(issues).toMatchObject([{ reason: 'badSpec', text: '--name -x', params: { field: 'name' } }]);
    expect(containerSpec.safeParse(spec).success).toBe(true);
  });

  test('any text at all gives an answer, and a spec that the contract takes but for the image', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('--mount', '-v', '-p', '--gpus', '--network', '=', ',', 'a:/b'))),
        (parts) => {
          const { spec, issues } = parseRunLine(`docker run ${parts.join(' ')}`);
          expect(containerSpec.safeParse({ ...spec, image: 'x' }).success).toBe(true);
          for (const { start, end } of issues) expect(start).toBeLessThanOrEqual(end);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('shell words', () => {
  test('are what a shell reads', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom(...'ab \'"\\#=;$\n한') }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(words, (all) => {
        const line = all.map(quoteShellWord).join(' ');
        expect(splitShellLine(line)).toMatchObject({ trouble: [], words: all.map((text) => ({ text })) });
        expect(execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })).toBe(all.map((word) => `${word}\0`).join(''));
      }),
      { numRuns: 40 },
    );
  });

  test('are read with quotes, escapes, continued lines and comments', () => {
    const { words } = splitShellLine('a\\ b "c \\"d\\"" \'e\'f \\\n  g#h #i\nj "" \\\r\n k');
    expect(words.map(({ text }) => text)).toEqual(['a b', 'c "d"', 'ef', 'g#h', 'j', '', 'k']);
  });
});
