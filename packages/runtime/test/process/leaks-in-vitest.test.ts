/** The matcher of `goroutines/vitest`, where it is used. */
import 'goroutines/vitest';
import { chan, type Goroutine, go, runtime, sleep } from 'goroutines';
import { expectNoLeaks } from 'goroutines/test';
import { afterAll, expect, it } from 'vitest';

function* waits(channel: ReturnType<typeof chan>) {
  yield* channel.recv();
}

/** Its thread has to start first. */
async function parked(handle: Goroutine<void>) {
  while (handle.status !== 'waiting') await sleep(1);
}

const [outlives, leaked] = [chan(), chan()];

afterAll(() => runtime.shutdown());

it('passes where nothing was started', async () => {
  await expect(runtime).toHaveNoLeaks();
});

it('passes where all end in time, which it waits for', async () => {
  const channel = chan();
  const handle = go(waits, channel);
  const passes = expect(runtime).toHaveNoLeaks({ within: 30_000 });
  await parked(handle);
  channel.close();
  await passes;
});

it('fails with who was left, what it waits for, and where it was created', async () => {
  const handle = go.with({ name: 'feed' }, waits, leaked);
  await parked(handle);
  await expect(expect(runtime).toHaveNoLeaks({ within: 20 })).rejects.toThrow(
    /^1 goroutine has not ended:\n\ngoroutine \d+ 'feed' \[chan receive, \d+ ms\]:\n {4}at .*waits \(.*leaks-in-vitest\.test\.ts:.*\ncreated by go\(\) at .*leaks-in-vitest\.test\.ts:/s,
  );
  await expect(runtime).not.toHaveNoLeaks({ within: 0 });
  await expect(expectNoLeaks(() => void go(waits, outlives), { within: 0 })).rejects.toThrow('1 goroutine has not ended');
});

it('leaves out those that were there when the test began', async () => {
  expect(runtime.goroutineIds()).toHaveLength(2);
  await expect(runtime).toHaveNoLeaks({ within: 0 });
  await expectNoLeaks({ within: 0 }).check();
});

it('leaves out those that it is told to', async () => {
  const handle = go.with({ name: 'pool' }, waits, outlives);
  await expect(runtime).toHaveNoLeaks({ within: 0, except: [handle.id] });
  await expect(runtime).toHaveNoLeaks({ within: 0, ignore: ({ name }) => name === 'pool' });
  outlives.close();
  leaked.close();
  await expect(runtime).toHaveNoLeaks();
});

it('is for the runtime only', async () => {
  await expect(expect(1).toHaveNoLeaks()).rejects.toThrow(TypeError);
});
