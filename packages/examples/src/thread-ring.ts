// 503 goroutines stand in a ring. A token that counts down goes from each to the next; whoever holds it at zero says its
// number. All but one of them wait at any time, and waiting costs nothing but memory.

import { chan, go, type RecvChan, run, type SendChan } from 'goroutines';

function* member(number: number, fromLast: RecvChan<number>, toNext: SendChan<number>, winner: SendChan<number>) {
  for (;;) {
    const token = yield* fromLast.recv();
    if (token === undefined) return;
    if (token === 0) yield* winner.send(number);
    else yield* toNext.send(token - 1);
  }
}

function* main(size: number, passes: number) {
  const links = Array.from({ length: size }, () => chan<number>());
  const winner = chan<number>();
  for (let index = 0; index < size; index++) {
    go(member, index + 1, links[index]!, links[(index + 1) % size]!, winner);
  }
  yield* links[0]!.send(passes);
  console.log(`after ${passes} passes the token is with goroutine ${yield* winner.recv()} of ${size}`);
}

await run(main, 503, Number(process.argv[2] ?? 50_000));
