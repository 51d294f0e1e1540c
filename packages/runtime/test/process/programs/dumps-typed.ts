/** A dump of goroutines whose code is TypeScript, with lines that are not in what runs. */
import { type Chan, chan, go, Mutex, runtime, sleep } from 'goroutines';

interface Job {
  readonly size: number;
}

type Work = (job: Job) => number;

function* takes<T extends Job>(jobs: Chan<T>): Generator<unknown, number, any> {
  const job = (yield* jobs.recv()) as T | undefined;
  return job?.size ?? 0;
}

function* works(jobs: Chan<Job>, work?: Work): Generator<unknown, number, any> {
  const size: number = yield* takes<Job>(jobs);
  return work?.({ size }) ?? size;
}

export const programs = {
  async typed(): Promise<void> {
    const mutex: Mutex = new Mutex();
    const jobs: Chan<Job> = chan<Job>();
    go.with({ name: 'works' }, works, jobs);
    go(function* locks(this: void): Generator<unknown, void, any> {
      yield* mutex.lock();
      yield* mutex.lock();
    });
    while ((await runtime.goroutines()).filter(({ waitsFor }) => waitsFor !== undefined).length < 2) await sleep(1);
    console.log(await runtime.dump());
    process.exit();
  },
};
