// Ask three servers and take the first answer. The context tells the slower ones that nobody waits any more: it is
// shared by all threads, and cancelling it on one is seen on every other.

import { background, type Context, chan, run, type SendChan, select, sleep, WaitGroup, withCancel } from 'goroutines';

function* askServer(context: Context, name: string, milliseconds: number, answers: SendChan<string>) {
  // The pause stands for a request over the network. It is only `after`'s twin, so it can stand in a select.
  const hit = yield* select({ canceled: context.done.recv(), answered: sleep(milliseconds) });
  if (hit.key === 'canceled') console.log(`${name}: never mind`);
  else yield* answers.send(`the answer of ${name}`);
}

function* main() {
  const [context, cancel] = withCancel(background());
  const answers = chan<string>(3);

  const requests = new WaitGroup();
  requests.go(askServer, context, 'the slow server', 60_000, answers);
  requests.go(askServer, context, 'the quick server', 20, answers);
  requests.go(askServer, context, 'the broken server', 60_000, answers);

  console.log(yield* answers.recv());
  cancel();
  yield* requests.wait(); // every goroutine that was started has ended: nothing is left behind
  console.log('all three have ended');
}

await run(main);
