/** Traces: what is in them, and that they are whole however a program ends. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';
import { readTrace, type TraceEvent } from '../helpers/trace-events.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'trace-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newFile = () => path.join(folder, `${files++}.json`);

function traceIn(file: string): TraceEvent[] {
  expect(existsSync(`${file}.events`)).toBe(false);
  return readTrace(readFileSync(file, 'utf8'));
}

async function traced(program: string, procs: string, flags: string[] = []) {
  const GOTRACE = newFile();
  const ended = await runProgram('trace', program, { env: { GOTRACE, GOMAXPROCS: procs }, flags });
  return { ...ended, events: traceIn(GOTRACE) };
}

const slices = (events: TraceEvent[], category: string) => events.filter(({ ph, cat }) => ph === 'X' && cat === category);
const instants = (events: TraceEvent[], name: RegExp) => events.filter((event) => event.ph === 'i' && name.test(event.name));

describe('a trace', () => {
  it.each(['1', '2', '3'])('shows all that happens, in the format (%s processors)', async (procs) => {
    const { code, stdout, stderr, events } = await traced('itself', procs, ['--expose-gc']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'done\n', stderr: '' });
    const turns = slices(events, 'goroutine');
    const onMachines = turns.filter(({ pid }) => pid === 1);
    const workers = onMachines.filter(({ tid }) => tid > 1);
    expect(turns.length - onMachines.length).toBe(workers.length); // A turn that had a processor stands with both.
    expect(onMachines.some(({ name, tid }) => name === 'G1 everything' && tid === 1)).toBe(true);
    const producer = turns.find(({ name }) => / producer$/.test(name))!;
    expect(producer.args).toMatchObject({ name: 'producer', function: expect.stringMatching(/trace\.mjs:\d+:\d+\)$/) });
    expect(turns.filter(({ args }) => args!.end === 'finished' && args!.goroutine === producer.args!.goroutine)).toHaveLength(2);
    expect(new Set(turns.map(({ args }) => args!.end))).toContain('sleep');
    expect(instants(events, /^hand-off of P\d from M\d$/).length).toBeGreaterThan(0);
    if (procs !== '1') expect(instants(events, /^steal \d+ from M\d$/).length).toBeGreaterThan(0);
    const [call] = slices(events, 'blocking');
    expect(call).toMatchObject({ name: 'blocking call', args: { function: expect.stringMatching(/^napping /) } });
    expect(call!.dur).toBeGreaterThan(4000);
    expect(slices(events, 'gc').some(({ name, tid }) => name === 'major collection' && tid > 1000)).toBe(true);
    for (const name of ['go', 'ready']) expect(events.some((event) => event.ph === 's' && event.name === name)).toBe(true);
    const counts = events.filter(({ ph, name }) => ph === 'C' && name === 'goroutines').map(({ args }) => args!.goroutines);
    expect(Math.max(...(counts as number[]))).toBeGreaterThan(50);
    expect(counts.at(-1)).toBe(0);
  });

  it.each([
    ['exit', 3, ''],
    ['exitInGoroutine', 4, ''],
    ['uncaught', 1, 'Error: of a callback'],
    ['unjoined', 1, 'Error: of a goroutine'],
    ['deadlock', 2, 'DeadlockError: all goroutines are asleep'],
  ])('is whole when the program ends by %s', async (program, code, error) => {
    const ended = await traced(program, '2');
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(error);
    expect(slices(ended.events, 'goroutine').length).toBeGreaterThan(0);
  });

  it('can be of a part of a program', async () => {
    const TRACE = newFile();
    const ended = await runProgram('trace', 'part', { env: { TRACE, GOMAXPROCS: '2' } });
    expect(ended).toEqual({ code: 0, stdout: 'traced in part\n', stderr: '' });
    const names = slices(traceIn(TRACE), 'goroutine').map(({ args }) => args!.function ?? '');
    expect(names.some((name) => /^during /.test(name as string))).toBe(true);
  });

  describe('of very many turns', () => {
    const traceOfFlood = async (full: string, procs: string, SIZE: string) => {
      const GOTRACE = newFile();
      const env = { GOTRACE, GOTRACEFULL: full, GOMAXPROCS: procs, SIZE };
      const { code, stdout, stderr } = await runProgram('trace', 'flood', { env });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const events = traceIn(GOTRACE);
      const onMachines = events.filter(({ ph, pid }) => ph === 'X' && pid === 1);
      const left = onMachines.filter(({ name }) => name === 'not recorded').map(({ args }) => args!.turns as number);
      const shown = onMachines.filter(({ cat }) => cat === 'goroutine').length;
      return { events, left, shown, switches: Number(stdout) };
    };

    it.each(['1', '2'])('shows some, and says how many the others were (%s processors)', async (procs) => {
      const { events, left, shown, switches } = await traceOfFlood('', procs, '20000');
      expect(switches).toBeGreaterThan(80_000);
      expect(left.length).toBeGreaterThan(0);
      expect(shown).toBeGreaterThan(2000);
      expect(shown + left.reduce((sum, turns) => sum + turns, 0)).toBe(switches);
      const counts = events.filter(({ ph, name }) => ph === 'C' && name === 'goroutines').map(({ args }) => args!.goroutines);
      expect(counts.at(-1)).toBe(0);
    });

    it('shows all where that is wanted', async () => {
      const { left, shown, switches } = await traceOfFlood('1', '1', '2000');
      expect(left).toEqual([]);
      expect(shown).toBe(switches);
    });
  });

  it('can be followed by another', async () => {
    const TRACE = newFile();
    expect(await runProgram('trace', 'twice', { env: { TRACE, GOMAXPROCS: '2' } })).toEqual({
      code: 0,
      stdout: 'twice\n',
      stderr: '',
    });
    traceIn(TRACE);
  });

  it('is refused where it cannot be', async () => {
    const TRACE = newFile();
    const { code, stdout, stderr } = await runProgram('trace', 'refused', { env: { TRACE } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      "Error: runtime.trace: cannot write '/no/such/folder/trace.json': ENOENT",
      'TypeError: runtime.trace takes the name of a file, got an empty one TypeError: runtime.trace takes the name of a file, got number',
      "RuntimeStateError: runtime.trace: a trace to 'FILE' is running, stop it before the next one begins",
      'RuntimeStateError: runtime.trace: call it on the main thread',
      '',
    ]);
    const ended = await runProgram('trace', 'itself', { env: { GOTRACE: '/no/such/folder/trace.json' } });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("cannot write '/no/such/folder/trace.json'");
  });
});

describe('the reader of the format refuses', () => {
  const meta = [
    { ph: 'M', name: 'process_name', pid: 1, tid: 0, args: { name: 'machines' } },
    { ph: 'M', name: 'thread_name', pid: 1, tid: 1, args: { name: 'M1' } },
  ];
  const slice = (ts: number, dur: number) => ({ ph: 'X', name: 'G1', cat: 'goroutine', pid: 1, tid: 1, ts, dur, args: {} });
  const arrow = (ph: string, ts: number) => ({
    ph,
    ...(ph === 'f' && { bp: 'e' }),
    name: 'go',
    cat: 'flow',
    id: 1,
    pid: 1,
    tid: 1,
    ts,
  });
  const read = (...events: object[]) => readTrace(JSON.stringify({ traceEvents: [...meta, ...events] }));

  it('nothing of a good one', () => {
    expect(read(slice(0, 9), slice(1, 2), slice(9, 3), arrow('s', 2), arrow('f', 9))).toHaveLength(7);
  });

  it.each<[string, object[], RegExp]>([
    ['an unknown phase', [{ ...slice(0, 1), ph: 'Y' }], /phase/],
    ['a slice without a length', [{ ...slice(0, 1), dur: undefined }], /no dur/],
    ['a time that is none', [slice(-1, 1)], /ts/],
    ['an unknown field', [{ ...slice(0, 1), extra: 1 }], /unknown extra/],
    ['a track without a name', [{ ...slice(0, 1), tid: 2 }], /track without a name/],
    ['a process without a name', [{ ...slice(0, 1), pid: 2 }], /process without a name/],
    ['a name twice', [meta[1]!], /named twice/],
    ['times that go back', [slice(5, 1), slice(1, 1)], /not in order/],
    ['slices across each other', [slice(0, 5), slice(3, 5)], /across the end/],
    ['an arrow without an end', [slice(0, 5), arrow('s', 1)], /without an end/],
    ['an arrow without a beginning', [slice(0, 5), arrow('f', 1)], /without a beginning/],
    ['an arrow that goes back', [slice(0, 5), arrow('s', 2), arrow('f', 1)], /goes back/],
    ['an arrow from nowhere', [slice(0, 5), arrow('s', 7), arrow('f', 7)], /outside of slices/],
    ['two arrows in one', [slice(0, 5), arrow('s', 1), arrow('s', 1), arrow('f', 2)], /begins twice/],
    ['a counter that counts nothing', [{ ph: 'C', name: 'goroutines', pid: 1, tid: 0, ts: 0, args: {} }], /counter/],
    ['an instant without a scope', [{ ph: 'i', name: 'steal', cat: 'x', pid: 1, tid: 1, ts: 0, s: 'q' }], /scope/],
  ])('%s', (_, events, message) => {
    expect(() => read(...events)).toThrow(message);
  });

  it('what was cut off', () => {
    expect(() => readTrace('{"traceEvents":[\n')).toThrow(SyntaxError);
  });
});
