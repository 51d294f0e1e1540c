// `select` waits for several operations and carries out exactly one of them: the first that can go ahead. With
// `after(ms)` as one of the cases it is a time limit; with `{ default: true }` it does not wait at all.

import { after, chan, go, run, type SendChan, select, sleep } from 'goroutines';

function* answerAfter(milliseconds: number, answers: SendChan<string>) {
  yield* sleep(milliseconds);
  yield* answers.send(`an answer after ${milliseconds} ms`);
}

function* ask(milliseconds: number, limit: number) {
  const answers = chan<string>(1); // room for one, so that an answer that comes too late holds nobody up
  go(answerAfter, milliseconds, answers);

  const hit = yield* select({ answer: answers.recv(), tooLate: after(limit) });
  switch (hit.key) {
    case 'answer':
      return hit.value;
    case 'tooLate':
      return `no answer within ${limit} ms`;
  }
}

function* main() {
  console.log(yield* ask(10, 2000));
  console.log(yield* ask(2000, 100));

  const nobodySends = chan<string>();
  const hit = yield* select({ value: nobodySends.recv() }, { default: true });
  console.log(hit.key === 'default' ? 'nothing there yet' : 'a value');
}

await run(main);
