import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makesLayer, parseDockerfile, stagesFor } from './dockerfile.ts';

const TWO_STAGES = `# syntax=docker/dockerfile:1
ARG BASE=catamaran/starter TAG="latest"
FROM --platform=linux/amd64 \${BASE}:$TAG AS Build
WORKDIR /src
ENV X=1
RUN one && \\
# a comment between
    two
COPY --chown=1:1 a b/

FROM scratch AS empty

FROM build
COPY --from=0 /out /out
COPY --from=empty / /
COPY --from=docker.io/library/debian / /
RUN --mount=type=bind,from=build,target=/b true
`;

test('stages, what they begin with, and what they copy from', () => {
  const { stages, problems, args, head } = parseDockerfile(TWO_STAGES);
  expect(problems).toEqual([]);
  expect(stages.map(({ name, from, base, copiesFrom }) => ({ name, from, base, copiesFrom }))).toEqual([
    { name: 'build', from: 'catamaran/starter:latest', base: null, copiesFrom: [] },
    { name: 'empty', from: 'scratch', base: null, copiesFrom: [] },
    { name: null, from: 'build', base: 0, copiesFrom: [0, 1] },
  ]);
  expect(args).toEqual([
    { name: 'BASE', value: 'catamaran/starter' },
    { name: 'TAG', value: 'latest' },
  ]);
  expect(head.map(({ line }) => line)).toEqual([2]);
});

test('an instruction knows its lines, and has its continued lines joined', () => {
  const run = parseDockerfile(TWO_STAGES).stages[0]?.instructions.find(({ keyword }) => keyword === 'RUN');
  expect(run).toMatchObject({ line: 6, endLine: 8 });
  expect(run?.text.replace(/\s+/g, ' ')).toBe('one && two');
});

test('only what a target needs is built', () => {
  const dockerfile = parseDockerfile(TWO_STAGES);
  const names = (target: string | null) => stagesFor(dockerfile, target).map(({ index }) => index);
  expect(names(null)).toEqual([0, 1, 2]);
  expect(names('BUILD')).toEqual([0]);
  expect(names('1')).toEqual([1]);
  expect(names('nothing')).toEqual([]);
});

test('what makes a layer: FROM an image, and what changes files', () => {
  const [build, empty, last] = parseDockerfile(TWO_STAGES).stages;
  const layers = (stage = build) =>
    stage?.instructions.filter((instruction) => makesLayer(stage, instruction)).map(({ keyword }) => keyword);
  expect(layers(build)).toEqual(['FROM', 'WORKDIR', 'RUN', 'COPY']);
  expect(layers(empty)).toEqual([]);
  expect(layers(last)).toEqual(['COPY', 'COPY', 'COPY', 'RUN']);
});

test.each([
  ['', 1, 'missingFrom', 'FROM'],
  ['RUN x\nFROM a', 1, 'beforeFrom', 'RUN'],
  ['FROM a b', 1, 'wrongFrom', 'a b'],
  ['FROM', 1, 'wrongFrom', ''],
  ['FROM a\n\nRUNN x', 3, 'unknownInstruction', 'RUNN'],
  ['FROM a\nCOPY x', 2, 'missingArguments', 'COPY'],
  ['FROM a\nCOPY --from=b x', 2, 'missingArguments', 'COPY'],
  ['FROM a\nRUN', 2, 'missingArguments', 'RUN'],
  ['FROM a AS x\nFROM b AS X', 2, 'stageTwice', 'x'],
  ['FROM a\nRUN <<END\necho', 2, 'unendedHeredoc', 'END'],
])('%j is wrong in line %i: %s', (text, line, kind, word) => {
  expect(parseDockerfile(text).problems).toEqual([{ line, kind, word }]);
});

test('a here-document is not read as instructions', () => {
  const { problems, stages } = parseDockerfile('FROM a\nRUN <<-"END" cat\nNOT AN INSTRUCTION\n\tEND\nCOPY <<A <<B /x/\n1\nA\n2\nB\nUSER 1');
  expect(problems).toEqual([]);
  expect(stages[0]?.instructions.map(({ keyword, line, endLine }) => [keyword, line, endLine])).toEqual([
    ['FROM', 1, 1],
    ['RUN', 2, 4],
    ['COPY', 5, 9],
    ['USER', 10, 10],
  ]);
});

test('another escape character, as on Windows', () => {
  const { stages } = parseDockerfile('# escape=`\nFROM a\nRUN dir C:\\ `\n  more\nUSER x');
  expect(stages[0]?.instructions.map(({ line }) => line)).toEqual([2, 3, 5]);
});

test('no text at all makes it fail', () => {
  const word = fc.constantFrom('FROM', 'a', 'AS', 'RUN', '\\', '\n', ' ', '<<E', 'E', '#', '--from=0', '${', '}', '"', 'COPY', 'ARG', '=');
  fc.assert(
    fc.property(
      fc.array(word).map((words) => words.join(' ')),
      (text) => {
        const { stages, problems } = parseDockerfile(text);
        const lines = text.split('\n').length;
        for (const { line } of problems) expect(line).toBeLessThanOrEqual(lines);
        for (const { instructions } of stages) for (const { line, endLine } of instructions) expect(endLine).toBeGreaterThanOrEqual(line);
      },
    ),
  );
});
