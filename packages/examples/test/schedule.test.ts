// The scheduler, step by step: what the examples print is what it did, in the order of the usual diagrams.

import { expect, test } from 'vitest';
import { runExample } from './run-example.ts';

/** The steps that an example prints, without their numbers. */
async function stepsOf(name: string): Promise<string[]> {
  const { exitCode, stdout, stderr } = await runExample(`schedule/${name}`);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return [...stdout.matchAll(/^ *\d+\. (.*)$/gm)].map(([, step]) => step!);
}

/** These come in this order, with others in between. Returns what the patterns' groups were. */
function inOrder(steps: string[], patterns: RegExp[]): string[] {
  const groups: string[] = [];
  let from = 0;
  for (const pattern of patterns) {
    const found = steps.findIndex((step, index) => index >= from && pattern.test(step));
    expect(found, `${pattern} in\n${steps.join('\n')}`).toBeGreaterThanOrEqual(0);
    groups.push(...(pattern.exec(steps[found]!) ?? []).slice(1));
    from = found + 1;
  }
  return groups;
}

test('an asynchronous call: the goroutine waits in the poller, its thread runs another', async () => {
  const steps = await stepsOf('asynchronous-call');
  const machines = inOrder(steps, [
    /\(caller\) runs on (M\d) with P0$/,
    /\(caller\) makes an asynchronous call \(sleep\): it waits in the poller, (M\d) goes on with others$/,
    /^the poller makes G\d+ \(caller\) ready again, on (M\d)$/,
    /\(caller\) runs on (M\d) with P0$/,
    /\(caller\) ends$/,
  ]);
  expect(new Set(machines).size).toBe(1);
  expect(steps.some((step) => /\(other\) runs on M\d with P0$/.test(step))).toBe(true);
});

test('a synchronous call: another thread takes the processor, and runs what is queued', async () => {
  const steps = await stepsOf('synchronous-call');
  const [held, lost, other] = inOrder(steps, [
    /\(caller\) runs on (M\d) with P0$/,
    /^(M\d) does not come back: the monitor takes P0 away from it$/,
    /^M\d takes P0, and what is queued$/,
    /\(queued\) runs on (M\d) with P0$/,
    /\(caller\) ends$/,
  ]);
  expect(lost).toBe(held);
  expect(other).not.toBe(held);
  expect(steps).toContain(`${held} is back, and finds its processor taken`);
});

test('work stealing: half of a queue at a time', async () => {
  const thefts = (await stepsOf('work-stealing')).map(
    (step) => /^(M\d) has nothing to run: it steals (\d+) of (-?\d+) goroutines from (M\d)$/.exec(step)!,
  );
  let stolen = 0;
  for (const [, thief, count, , victim] of thefts) {
    expect(thief).not.toBe(victim);
    stolen += Number(count);
  }
  expect(stolen).toBeGreaterThanOrEqual(50);
});

test('the four scheduling points', async () => {
  inOrder(await stepsOf('scheduling-points'), [
    /^go: G\d+ queues G\d+ on M\d, which runs on M\d$/,
    /^garbage collection: M\d stood still/,
    /^a call into the system: M\d runs it without a processor for G\d+$/,
    /^synchronization: G\d+ waits \(chan receive\), M\d runs G\d+$/,
  ]);
});
