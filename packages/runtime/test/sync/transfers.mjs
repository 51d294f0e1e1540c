/** Programs about `transfer`, and about what Node posts from thread to thread. */
import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { open } from 'node:fs/promises';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { chan, go, gosched, runtime, select, transfer, WaitGroup, wait } from 'goroutines';
import { until } from '../helpers/conditions.mjs';

function nextMessage(port) {
  return new Promise((resolve) => port.once('message', resolve));
}

/** The error that driving an operation throws. */
function* failure(drive, operation) {
  try {
    yield* drive(operation);
  } catch (error) {
    return error;
  }
  assert.fail('the operation should have thrown');
}

/** A port on which there is a message already, for those who shall show that it has come whole. */
function portWith(message) {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(message);
  port1.close();
  return port2;
}

function opened(port) {
  const message = receiveMessageOnPort(port)?.message;
  port.close();
  return message;
}

function parcelsInUse() {
  return runtime.stats().memory.parcels ?? 0;
}

export const transfers = {
  *'an ArrayBuffer moves: the sender has none of it'(drive) {
    const channel = chan(1);
    const bytes = new Uint8Array([1, 2, 3]);
    yield* drive(channel.send({ bytes: transfer(bytes) }));
    assert.equal(bytes.length, 0);
    assert.equal(bytes.buffer.byteLength, 0);
    const received = yield* drive(channel.recv());
    assert.deepEqual([...received.bytes], [1, 2, 3]);
  },

  *'what is marked is moved when the operation begins, whether it is carried out or not'(drive) {
    const [full, closed, ready] = [chan(), chan(), chan(1)];
    closed.close();
    const sends = [
      function* (value) {
        assert.equal(full.trySend(value), false);
      },
      function* (value) {
        assert.throws(() => closed.trySend(value), { name: 'ClosedChannelError' });
      },
      function* (value) {
        assert.equal((yield* drive(select({ sent: full.send(value) }, { default: true }))).key, 'default');
      },
      function* (value) {
        assert.equal((yield* drive(select({ sent: full.send(value), other: ready.send(1) }))).key, 'other');
        ready.tryRecv();
      },
    ];
    const before = parcelsInUse();
    for (const send of sends) {
      const bytes = new Uint8Array([1, 2, 3]);
      yield* send(transfer(bytes));
      assert.equal(bytes.length, 0);
      const { port1, port2 } = new MessageChannel();
      const gone = new Promise((resolve) => port1.once('close', resolve));
      yield* send({ deep: transfer(port2) });
      yield* drive(wait(gone)); // The port has been closed, for nobody has it.
    }
    yield* until(drive, () => parcelsInUse() <= before);
  },

  *'a MessagePort goes along: with arguments, captured, over a channel, as a result'(drive) {
    const { port1, port2 } = new MessageChannel();
    const talking = go(async (port) => {
      port.postMessage('here');
      const answer = await nextMessage(port);
      port.close();
      return answer;
    }, transfer(port2));
    assert.equal(yield* drive(wait(nextMessage(port1))), 'here');
    port1.postMessage({ and: 'there' });
    assert.deepEqual(yield* drive(talking.join()), { and: 'there' });

    const captured = transfer(portWith('captured'));
    assert.equal(yield* drive(go(() => opened(captured)).join()), 'captured');

    const channel = chan(4);
    go(function* () {
      for (let index = 0; index < 10; index++) yield* channel.send({ index, deep: [transfer(portWith(index))] });
    });
    for (let index = 0; index < 10; index++) {
      const received = yield* drive(channel.recv());
      assert.equal(received.index, index);
      assert.equal(opened(received.deep[0]), index);
    }

    const made = go(() => transfer(portWith('made there')));
    assert.equal(opened(yield* drive(made.join())), 'made there');
  },

  *'it goes from hand to hand, and in a select'(drive) {
    const first = chan();
    let last = first;
    for (let hop = 0; hop < 8; hop++) {
      const [from, to] = [last, chan()];
      go(function* () {
        const hit = yield* select({ port: from.recv(), never: chan().recv() });
        yield* select({ sent: to.send(transfer(hit.value)), never: chan().recv() });
      });
      last = to;
    }
    yield* drive(first.send(transfer(portWith('through'))));
    assert.equal(opened(yield* drive(last.recv())), 'through');
  },

  *'many senders and receivers: each port once'(drive) {
    const before = parcelsInUse(); // Results of goroutines that were not collected yet.
    const channel = chan(3);
    const seen = chan(400);
    const [sent, ended] = [new WaitGroup(), new WaitGroup()];
    sent.add(4);
    ended.add(4);
    for (let member = 0; member < 4; member++) {
      go(function* (self) {
        for (let index = 0; index < 50; index++) {
          yield* channel.send([transfer(portWith(self * 50 + index)), transfer(portWith('second'))]);
          if (index % 8 === 0) yield* gosched();
        }
        sent.done();
      }, member);
      go(function* () {
        yield* channel.forEach(function* ([one, other]) {
          assert.equal(opened(other), 'second');
          yield* seen.send(opened(one));
        });
        ended.done();
      });
    }
    yield* drive(sent.wait());
    channel.close();
    yield* drive(ended.wait());
    const numbers = [];
    for (let index = 0; index < 200; index++) numbers.push(yield* drive(seen.recv()));
    assert.deepEqual(
      numbers.toSorted((one, other) => one - other),
      Array.from({ length: 200 }, (_, index) => index),
    );
    yield* until(drive, () => parcelsInUse() <= before);
  },

  *'streams are read and written where they were not made'(drive) {
    const readable = new ReadableStream({
      start(controller) {
        for (const part of ['one', 'two', 'three']) controller.enqueue(part);
        controller.close();
      },
    });
    const read = go(async (stream) => {
      const parts = [];
      for await (const part of stream) parts.push(part);
      return parts;
    }, transfer(readable));
    assert.equal(readable.locked, true);
    assert.deepEqual(yield* drive(read.join()), ['one', 'two', 'three']);

    const written = [];
    const writable = new WritableStream({
      write(part) {
        written.push(part);
      },
    });
    const wrote = go(async (stream) => {
      const writer = stream.getWriter();
      await writer.write('from');
      await writer.write('elsewhere');
      await writer.close();
    }, transfer(writable));
    yield* drive(wrote.join());
    yield* until(drive, () => written.length === 2);
    assert.deepEqual(written, ['from', 'elsewhere']);
  },

  *'a file handle moves'(drive) {
    const handle = yield* drive(wait(open(process.execPath)));
    const first = go(async (file) => {
      const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
      await file.close();
      return buffer.toString('latin1').slice(1);
    }, transfer(handle));
    assert.equal(yield* drive(first.join()), 'ELF');
    assert.equal(handle.fd, -1);
  },

  *'Blobs and keys are copied'(drive) {
    const channel = chan(1);
    const blob = new Blob(['contents']);
    const key = createSecretKey(Buffer.from('secret'));
    yield* drive(channel.send({ blob, key }));
    const told = go(async () => {
      const received = await channel.recv();
      return [await received.blob.text(), received.key.export().toString()];
    });
    assert.deepEqual(yield* drive(told.join()), ['contents', 'secret']);
    assert.equal(yield* drive(wait(blob.text())), 'contents');
  },

  *'what cannot be moved is refused by name, and nothing is sent'(drive) {
    for (const [wrong, got] of [
      [{}, 'an Object'],
      [[], 'an Array'],
      [new Map(), 'a Map'],
      [new AbortController().signal, 'an AbortSignal'],
      [new SharedArrayBuffer(8), 'a SharedArrayBuffer'],
      [new Uint8Array(new SharedArrayBuffer(8)), 'a SharedArrayBuffer'],
      [new Blob([]), 'a Blob'],
      [null, 'null'],
      [() => {}, 'function'],
    ]) {
      const message = `transfer() takes an ArrayBuffer or another transferable object, got ${got}`;
      assert.throws(() => transfer(wrong), { name: 'TypeError', message });
    }
    const channel = chan(1);
    const refuses = (value, message) => assert.throws(() => channel.trySend(value), { name: 'DataCloneError', message });
    const unmarked = new MessageChannel();
    refuses({ deep: [unmarked.port1] }, /value\.deep\[0\] is a MessagePort, which can be moved but not copied: use transfer/);
    const stream = new ReadableStream();
    const reader = stream.getReader();
    const buffer = new ArrayBuffer(8);
    refuses({ buffer: transfer(buffer), stream: transfer(stream) }, /value\.stream is a ReadableStream that is in use/);
    assert.equal(buffer.byteLength, 8);
    const moved = portWith('moved');
    yield* drive(channel.send(transfer(moved)));
    assert.equal(opened(yield* drive(channel.recv())), 'moved');
    refuses({ port: transfer(moved) }, /value\.port is a MessagePort that cannot be posted/);
    assert.equal(channel.length, 0);
    reader.releaseLock();
    unmarked.port1.close();
    assert.equal(yield* drive(go((port) => opened(port), transfer(portWith('still works'))).join()), 'still works');
  },

  *'what nobody receives is given back'(drive) {
    const before = parcelsInUse();
    const channel = chan(10);
    for (let index = 0; index < 10; index++) yield* drive(channel.send(transfer(portWith(index))));
    assert.ok(parcelsInUse() > before);
    for (let index = 0; index < 10; index++) opened(yield* drive(channel.recv()));
    const losing = go(function* () {
      try {
        yield* chan().send(transfer(portWith('never received')));
      } finally {
        yield* gosched();
      }
    });
    yield* until(drive, () => losing.status === 'waiting');
    losing.cancel();
    assert.equal((yield* failure(drive, losing.join())).name, 'CanceledError');
    yield* until(drive, () => parcelsInUse() <= before);
  },

  *'it is received once, though a result may be asked for often'(drive) {
    const made = go(() => transfer(portWith('once')));
    const outcomes = [];
    for (let member = 0; member < 3; member++) {
      outcomes.push(
        go(function* () {
          try {
            return receiveMessageOnPort(yield* made.join())?.message;
          } catch (error) {
            return error.name;
          }
        }),
      );
    }
    const told = [];
    for (const outcome of outcomes) told.push(yield* drive(outcome.join()));
    assert.equal(told.filter((text) => text === 'once').length, 1, told.join());
    for (const text of told) assert.ok(text === 'once' || text === undefined || text === 'DataCloneError', text);
  },
};
