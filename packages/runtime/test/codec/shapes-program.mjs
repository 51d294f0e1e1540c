/** Sends objects of the same names both ways between two threads, in three arenas one after the other. */
import assert from 'node:assert/strict';
import { chan, go, run, runtime } from 'goroutines';

function* answer(questions, answers) {
  for (let got = yield* questions.recv(); got.index >= 0; got = yield* questions.recv()) {
    yield* answers.send({ index: got.index, of: got, more: { index: got.index, 'a b': undefined } });
  }
  answers.close();
}

const make = (index) => ({ index, name: `number ${index}`, list: [{ index }, { index, odd: index % 2 === 1 }] });

for (let round = 0; round < 3; round++) {
  runtime.configure({ procs: 2 });
  await run(function* () {
    const questions = chan(4);
    const answers = chan(4);
    const handle = go(answer, questions, answers);
    for (let index = 0; index < 2000; index++) {
      yield* questions.send(make(index));
      const got = yield* answers.recv();
      assert.deepStrictEqual(got, { index, of: make(index), more: { index, 'a b': undefined } });
      assert.deepStrictEqual(Object.keys(got.of), ['index', 'name', 'list']);
      // A cycle: numbers for objects.
      const self = make(index);
      self.self = self;
      yield* questions.send(self);
      const { of } = yield* answers.recv();
      assert.ok(of.self === of);
    }
    yield* questions.send({ index: -1 });
    yield* handle;
  });
  await runtime.shutdown();
}
console.log('done');
