import { Duplex, PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../../core/index.ts';
import { GuestAgent, plainWords } from './guest-agent.ts';
import { GuestLines } from './json-lines.ts';

const signal = new AbortController().signal;
const LIMITS = { syncMs: 150, answerMs: 150 };

type Request = { execute: string; arguments?: Record<string, unknown> };
type Reply = (request: Request, say: (bytes: string | Buffer) => void) => void;

/** Stands for an agent at the other end of the port: answers to the sync, and as the test says to everything else. */
class FakeAgent {
  readonly asked: string[] = [];
  connections = 0;
  readonly #reply: Reply;
  sync: Reply = ({ arguments: args }, say) =>
    say(Buffer.concat([Buffer.of(0xff), Buffer.from(`${JSON.stringify({ return: args?.id })}\n`)]));

  constructor(reply: Reply) {
    this.#reply = reply;
  }

  readonly dial = async (): Promise<Duplex> => {
    this.connections++;
    const toAgent = new PassThrough();
    const fromAgent = new PassThrough();
    let text = '';
    toAgent.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const request = JSON.parse(line.replace(/^\xff/, '')) as Request;
        const say = (bytes: string | Buffer) => {
          if (!fromAgent.writableEnded) fromAgent.write(bytes);
        };
        if (request.execute === 'guest-sync-delimited') this.sync(request, say);
        else {
          this.asked.push(request.execute);
          this.#reply(request, say);
        }
      }
    });
    return Duplex.from({ readable: fromAgent, writable: toAgent });
  };
}

const open: GuestAgent[] = [];
function connect(fake: FakeAgent): GuestAgent {
  const agent = new GuestAgent({ dial: fake.dial, ...LIMITS });
  open.push(agent);
  return agent;
}
afterEach(async () => {
  for (const agent of open.splice(0)) await agent[Symbol.asyncDispose]();
});

const NAME = { command: 'guest-get-host-name', answer: z.object({ 'host-name': z.string() }) };
const answerName: Reply = (_, say) => say('{"return":{"host-name":"web"}}\n');

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof AppError ? error.reason : `no AppError: ${String(error)}`;
}

describe('the guest agent', () => {
  test('answers after one sync on one connection', async () => {
    const fake = new FakeAgent(answerName);
    const agent = connect(fake);
    expect(await agent.call(NAME, signal)).toEqual({ 'host-name': 'web' });
    expect(await agent.call(NAME, signal)).toEqual({ 'host-name': 'web' });
    expect(fake.connections).toBe(1);
  });

  test('what was on the line before the sync is nobody’s answer', async () => {
    const fake = new FakeAgent(answerName);
    const { sync } = fake;
    fake.sync = (request, say) => {
      say('{"return":{"host-name":"an old answer"}}\n{"return":7}\nhalf a li');
      sync(request, say);
    };
    expect(await connect(fake).call(NAME, signal)).toEqual({ 'host-name': 'web' });
  });

  test('one that is not there is silent, and is found when it comes late', async () => {
    const fake = new FakeAgent(answerName);
    const { sync } = fake;
    fake.sync = () => {};
    const agent = connect(fake);
    expect(await reasonOf(agent.call(NAME, signal))).toBe('guestAgentSilent');
    fake.sync = sync;
    expect(await agent.call(NAME, signal)).toEqual({ 'host-name': 'web' });
    expect(fake.connections).toBe(2);
  });

  test('a late answer is not taken for the next one’s', async () => {
    let late: () => void = () => {};
    const fake = new FakeAgent(({ execute }, say) => {
      if (execute === 'guest-slow') late = () => say('{"return":{"host-name":"late"}}\n');
      else answerName({ execute }, say);
    });
    const agent = connect(fake);
    expect(await reasonOf(agent.call({ ...NAME, command: 'guest-slow' }, signal))).toBe('guestAgentSilent');
    late();
    expect(await agent.call(NAME, signal)).toEqual({ 'host-name': 'web' });
  });

  test('asks one thing at a time, in order, and goes on after one that was cancelled', async () => {
    const answers: (() => void)[] = [];
    const fake = new FakeAgent(({ execute }, say) => answers.push(() => say(`{"return":"${execute}"}\n`)));
    const agent = connect(fake);
    const ask = (command: string, by = signal) => agent.call({ command, answer: z.string(), timeoutMs: 5000 }, by);
    const first = ask('first');
    const cancel = new AbortController();
    const second = reasonOf(ask('second', cancel.signal));
    const third = ask('third');
    await expect.poll(() => fake.asked).toEqual(['first']);
    cancel.abort();
    expect(await second).toBe('cancelled');
    expect(fake.asked).toEqual(['first']);
    answers[0]?.();
    expect(await first).toBe('first');
    await expect.poll(() => fake.asked).toEqual(['first', 'third']);
    answers[1]?.();
    expect(await third).toBe('third');
  });

  test('a shutdown needs no answer', async () => {
    const agent = connect(new FakeAgent(() => {}));
    await agent.call({ command: 'guest-shutdown', timeoutMs: null, answer: z.unknown() }, signal);
  });

  test('refusals are told apart, in words that can be shown', async () => {
    const fake = new FakeAgent(({ execute }, say) =>
      say(
        execute === 'guest-exec'
          ? '{"error":{"class":"CommandNotFound","desc":"The command guest-exec has been disabled"}}\n'
          : '{"error":{"class":"GenericError","desc":"\\u001b[31mno\\u202e such\\nfile"}}\n',
      ),
    );
    const agent = connect(fake);
    expect(await reasonOf(agent.call({ command: 'guest-exec', answer: z.unknown() }, signal))).toBe('guestCommandMissing');
    const error: unknown = await agent.call({ command: 'guest-file-open', answer: z.unknown() }, signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: 'guestRefused', problem: { params: { message: '[31mno such file' } } });
    // A refusal is an answer: the connection stays.
    expect(fake.connections).toBe(1);
  });

  test.each([
    ['another shape', '{"return":{"host-name":["<img src=x onerror=alert(1)>"]}}\n'],
    ['no object', '[1,2,3]\n'],
    ['no JSON', 'GET / HTTP/1.1\n'],
    ['an empty line', '\n'],
    ['neither answer nor refusal', '{"event":"X"}\n'],
    ['a prototype', '{"__proto__":{"return":{"host-name":"x"}}}\n'],
  ])('a hostile answer is refused: %s', async (_, answer) => {
    const agent = connect(new FakeAgent((_request, say) => say(answer)));
    expect(await reasonOf(agent.call(NAME, signal))).toBe('guestAgentConfused');
  });

  test('a line without an end ends the connection, not the app', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    const fake = new FakeAgent((_request, say) => {
      for (let sent = 0; sent < 49; sent++) say(megabyte);
    });
    const agent = new GuestAgent({ dial: fake.dial, syncMs: 1000, answerMs: 60_000 });
    open.push(agent);
    expect(await reasonOf(agent.call(NAME, signal))).toBe('guestAgentSilent');
  });

  test('nothing is asked after the end', async () => {
    const agent = connect(new FakeAgent(answerName));
    await agent[Symbol.asyncDispose]();
    expect(await reasonOf(agent.call(NAME, signal))).toBe('guestAgentSilent');
  });
});

test('lines come out as they went in, however they are cut', () => {
  const line = fc.string().filter((text) => !text.includes('\n'));
  fc.assert(
    fc.property(fc.array(line), fc.infiniteStream(fc.integer({ min: 1, max: 7 })), (lines, sizes) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const parser = new GuestLines();
      const read: string[] = [];
      for (let at = 0; at < bytes.length; ) {
        const size = sizes.next().value ?? 1;
        read.push(...parser.take(bytes.subarray(at, at + size)).map(({ text }) => text));
        at += size;
      }
      expect(read).toEqual(lines.map((text) => text.toWellFormed()));
    }),
  );
});

test('the sentinel drops what was before it', () => {
  const parser = new GuestLines();
  expect(parser.take(Buffer.from('half an ans'))).toEqual([]);
  expect(parser.take(Buffer.concat([Buffer.from('wer'), Buffer.of(0xff), Buffer.from('{"return":1}\n{}\n')]))).toEqual([
    { delimited: true, text: '{"return":1}' },
    { delimited: false, text: '{}' },
  ]);
});

test('words of a guest are one line of bounded length', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', '\n', '\u001b', '\u202e', '\u2028', '\ud800', '\0', '한', '😀', ' ')),
      fc.nat(900),
      (letters, more) => {
        const shown = plainWords(letters.join('') + 'b'.repeat(more));
        expect(shown.length).toBeLessThanOrEqual(500);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
        expect(shown.isWellFormed()).toBe(true);
      },
    ),
  );
});
