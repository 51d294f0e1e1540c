/** What the scheduler says it does, and what it says it is. */
import { describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

const run = (program: string, GOMAXPROCS: string, flags: string[] = []) =>
  runProgram('events', program, { env: { GOMAXPROCS }, flags });
const printed = (...lines: string[]) => ({ code: 0, stderr: '', stdout: lines.map((line) => `${line}\n`).join('') });

describe('events', () => {
  it.each(['1', '2', '4'])('tell of every turn of every goroutine, in order (%s processors)', async (procs) => {
    expect(await run('turns', procs)).toEqual(printed('turns fit together'));
  });

  it.each([
    ['steals', 'steal', '2', 'stolen'],
    ['hand-offs', 'handoff', '1', 'handed on'],
    ['blocking calls', 'blocking', '1', 'without a processor'],
  ])('tell of %s', async (_, program, procs, line) => {
    expect(await run(program, procs)).toEqual(printed(line));
  });

  it('tell of collections', async () => {
    expect(await run('collected', '1', ['--expose-gc'])).toEqual(printed('collected'));
  });

  it('are told once after a thread was left behind', async () => {
    expect(await run('uncleanly', '1', ['--expose-gc'])).toEqual(printed('told once'));
  });

  it('come to who listens, from then on, however often', async () => {
    expect(await run('again', '2')).toEqual(printed('each time'));
  });

  it('are counted where there is no room for them', async () => {
    expect(await run('dropped', '2')).toEqual(printed('counted'));
  });

  it('do not keep the process alive', async () => {
    expect(await run('listening', '2')).toEqual(printed('ends by itself'));
  });

  it('come to the main thread only', async () => {
    expect(await run('refused', '1')).toEqual(
      printed(
        'RuntimeStateError: runtime.on: call it on the main thread',
        "TypeError: runtime.on: unknown event 'exit'; known are uncaught and events",
      ),
    );
  });
});

it('a snapshot says who runs what', async () => {
  expect(await run('snapshot', '1')).toEqual(printed('as it is'));
});
