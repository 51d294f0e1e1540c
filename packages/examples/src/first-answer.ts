// Ask three servers and take the first answer. Closing a channel is how one goroutine tells any number of others: whoever
// waits on `decided` learns at once, on whichever thread, that nobody needs an answer any more.

import { chan, go, type RecvChan, run, type SendChan, select, sleep, WaitGroup } from 'goroutines';

interface Race {
  answers: SendChan<string>;
  decided: RecvChan<never>;
  running: WaitGroup;
}

function* askServer(name: string, milliseconds: number, { answers, decided, running }: Race) {
  // The pause stands for a request over the network.
  const hit = yield* select({ tooLate: decided.recv(), answered: sleep(milliseconds) });
  if (hit.key === 'tooLate') console.log(`${name}: never mind`);
  else yield* answers.send(`the answer of ${name}`);
  running.done();
}

function* main() {
  const answers = chan<string>(3);
  const decided = chan<never>();
  const running = new WaitGroup();

  running.add(3);
  go(askServer, 'the slow server', 60_000, { answers, decided, running });
  go(askServer, 'the quick server', 20, { answers, decided, running });
  go(askServer, 'the broken server', 60_000, { answers, decided, running });

  console.log(yield* answers.recv());
  decided.close();
  yield* running.wait(); // every goroutine that was started has ended: nothing is left behind
  console.log('all three have ended');
}

await run(main);
