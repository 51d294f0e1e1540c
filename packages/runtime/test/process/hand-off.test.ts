import { describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

const run = (program: string, GOMAXPROCS: string) => runProgram('hand-off', program, { env: { GOMAXPROCS }, patience: 30_000 });
const printed = (...lines: string[]) => ({ code: 0, stderr: '', stdout: lines.map((line) => `${line}\n`).join('') });

describe.each(['1', '2', '3'])('with %s processors', (procs) => {
  it.each([
    ['queued', 'nothing was held up'],
    ['loop', 'nothing was held up'],
    ['pinned', 'all ran'],
    ['callback', 'nothing was held up'],
    ['reused', 'spare threads are kept'],
    ['ended', 'one is kept'],
    ['limited', 'two at a time'],
    ['longSlices', 'all came to run'],
  ])('a goroutine that holds up its thread holds up no other: %s', async (program, line) => {
    expect(await run(program, procs)).toEqual(printed(line));
  });

  it('runs blocking calls on spare threads', async () => {
    expect(await run('blocking', procs)).toEqual(
      printed(
        '21',
        "[ 'RangeError', [ 1, 2, 3, 4 ] ]",
        'TypeError: blocking takes a plain function, got a generator function: start it with go()',
        'TypeError: blocking takes a plain function, got an async function: start it with go(), or wait(fn())',
        'TypeError: blocking takes a function, got number',
        'TypeError: blocking: the function returned a generator, which go() would run',
        'DataCloneError: cannot pass to blocking: value is a symbol, Symbol(none)',
        'a promise is waited for',
        'ThreadLostError: the thread that this goroutine ran on has ended: it exited',
        'once RuntimeStateError: this operation (blocking call) was driven before: an operation can be driven once, make a new one for each wait',
        'goes on 0',
      ),
    );
  });

  it('does not run a blocking call that was cancelled before its start', async () => {
    expect(await run('canceled', procs)).toEqual(printed('first', '0'));
  });

  it('changes the number of processors while goroutines run', async () => {
    const refused = (value: string) => `RangeError: runtime.setProcs: procs must be a whole number from 1 to 64, got ${value}`;
    expect(await run('resized', procs)).toEqual(
      printed(...['0', '65', '1.5', "'2'", 'undefined'].map(refused), '2', '3000 2', '0', '3 done 1'),
    );
  });

  it('runs blocking calls while the number of processors changes', async () => {
    expect(await run('resized with calls', procs)).toEqual(printed('all were run'));
  });

  it('takes a processor away from a thread that is held up', async () => {
    expect(await run('resized while held up', procs)).toEqual(printed('1 goes on', "Set(1) { 'finished' }"));
  });

  it('offers queued goroutines after a long collection', async () => {
    expect(await run('collected', procs)).toEqual(printed('offered'));
  });
});

it('procs: 0 has threads for blocking calls', async () => {
  expect(await run('calling thread', '1')).toEqual(printed('from a thread 0 0'));
});
