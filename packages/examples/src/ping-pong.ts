// Two goroutines hit a ball to each other over two unbuffered channels. A send on an unbuffered channel waits until the
// other side takes the value, so each stroke is a meeting of two goroutines, on one thread or on two.

import { chan, go, type RecvChan, run, type SendChan } from 'goroutines';

interface Ball {
  strokes: number;
}

function* player(incoming: RecvChan<Ball>, outgoing: SendChan<Ball>) {
  yield* incoming.forEach(function* (ball) {
    yield* outgoing.send({ strokes: ball.strokes + 1 });
  });
}

function* main(rallies: number) {
  const there = chan<Ball>();
  const back = chan<Ball>();
  go(player, there, back);

  const start = performance.now();
  let ball: Ball = { strokes: 0 };
  for (let rally = 0; rally < rallies; rally++) {
    yield* there.send({ strokes: ball.strokes + 1 });
    const returned = yield* back.recv();
    if (returned === undefined) throw new Error('the other player has gone');
    ball = returned;
  }
  const microseconds = ((performance.now() - start) * 1000) / rallies;
  there.close();

  console.log(`${ball.strokes} strokes, ${microseconds.toFixed(2)} µs for each there and back`);
}

await run(main, Number(process.argv[2] ?? 10_000));
