import type { Program, Programs } from '../../harness/protocol.ts';

/** Starts so many, and gives what they wait for and how to let them go. */
type Start = (size: number) => { release(): void; ended: Promise<unknown> };

function weighed(start: Start): Program {
  /** What all samples of this process share: the first one's growth. */
  let bytes: number | undefined;
  return {
    async sample(size) {
      const resident = process.memoryUsage.rss();
      done = 0;
      const { release, ended } = start(size);
      bytes ??= (process.memoryUsage.rss() - resident) / size;
      release();
      await ended;
      return { nanoseconds: 0, result: done, metrics: { bytes } };
    },
  };
}

let done = 0;

/** All wait for promises of their own, of which `promises` makes one. */
function pending(promise: (resolvers: (() => void)[]) => Promise<void>): Start {
  return (size) => {
    const resolvers: (() => void)[] = [];
    let all = () => {};
    const ended = new Promise<void>((resolve) => {
      all = resolve;
    });
    const waiting = async () => {
      await promise(resolvers);
      if (++done === size) all();
    };
    for (let number = 0; number < size; number++) void waiting();
    return { release: () => resolvers.forEach((resolve) => void resolve()), ended };
  };
}

const own = (resolvers: (() => void)[]) => new Promise<void>((resolve) => resolvers.push(resolve));

export default {
  channel: weighed(pending(own)),
  select: weighed(pending((resolvers) => Promise.race([own(resolvers), own(resolvers)]))),
  unstarted: weighed((size) => {
    let last: Promise<unknown> = Promise.resolve();
    for (let number = 0; number < size; number++) {
      last = Promise.resolve().then(() => {
        done++;
      });
    }
    return { release: () => {}, ended: last };
  }),
} satisfies Programs;
