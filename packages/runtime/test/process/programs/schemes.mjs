/** The scheduler's schemes, each watched through `runtime.stats()`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { AtomicInt, chan, go, gosched, run, runtime, select, sleep, WaitGroup, wait } from 'goroutines';

function* nothing(all) {
  all.done();
}

/** A goroutine that starts its successor and ends, until it is told to stop: its processor's next slot is never empty. */
function* chain(stop, links, ended) {
  links.add(1);
  if (stop.load() === 0) go(chain, stop, links, ended);
  else ended.done();
}

function burn(steps) {
  let sum = 1;
  for (let step = 0; step < steps; step++) sum = (Math.imul(sum, 1_664_525) + 1_013_904_223) | 0;
  return sum;
}

function* uneven(all, steps) {
  burn(steps);
  all.done();
}

export const programs = {
  /** The goroutine started last comes first, the others in their order. */
  async nextSlot() {
    runtime.configure({ procs: 1 });
    await run(function* () {
      const order = chan(10);
      const start = function* (orders) {
        for (let index = 0; index < 4; index++) go(() => void orders.trySend(index));
      };
      // The first time, the thread loads the functions.
      yield* go(start, order);
      for (let index = 0; index < 4; index++) yield* order.recv();
      yield* go(start, order);
      const seen = [];
      for (let index = 0; index < 4; index++) seen.push(yield* order.recv());
      console.log(seen.join(' '));
    });
  },

  /** Half of a full queue, and the one that did not fit, go to the global queue. */
  async overflow() {
    runtime.configure({ procs: 1 });
    await run(function* () {
      const before = runtime.stats();
      yield* go(function* () {
        const all = new WaitGroup();
        all.add(1000);
        for (let index = 0; index < 1000; index++) go(nothing, all);
        yield* all.wait();
      });
      const { overflows, globalTakes, finished } = runtime.stats();
      const overflowed = overflows - before.overflows;
      assert.equal(overflowed % 129, 0);
      // 256 and one fit; each time it is full, 129 leave.
      assert.equal(overflowed / 129, Math.ceil((1000 - 257) / 128));
      assert.ok(globalTakes > before.globalTakes);
      assert.equal(finished - before.finished, 1001);
      console.log('overflowed');
    });
  },

  /** A chain of goroutines for ever in the next slot keeps out neither the global queue nor the started ones. */
  async starvation() {
    runtime.configure({ procs: 1 });
    await run(function* () {
      const [stop, links] = [new AtomicInt(), new AtomicInt()];
      const ended = new WaitGroup();
      ended.add(1);
      const started = go(function* () {
        while (links.load() < 1000) yield* gosched();
        for (let turn = 0; turn < 100; turn++) yield* gosched();
        return links.load();
      });
      go(chain, stop, links, ended);
      assert.ok((yield* started) >= 1000);
      // From here the main thread's goroutines come by the global queue.
      for (let index = 0; index < 20; index++) yield* go(() => undefined);
      assert.equal(stop.load(), 0);
      stop.store(1);
      yield* ended.wait();
      console.log('nobody starved');
    });
  },

  /** 10,000 uneven goroutines of one goroutine: every processor gets its share, by stealing or from the global queue. */
  async stealing() {
    runtime.configure({ procs: 2 });
    await run(function* () {
      // Both threads are there.
      const ready = new WaitGroup();
      ready.add(2);
      for (let index = 0; index < 2; index++) {
        go(function* () {
          ready.done();
          yield* ready.wait();
        });
      }
      yield* ready.wait();
      const before = runtime.stats();
      yield* go(function* () {
        const all = new WaitGroup();
        all.add(10_000);
        for (let index = 0; index < 10_000; index++) {
          go(uneven, all, index % 97 === 0 ? 2_000_000 : 40_000);
        }
        yield* all.wait();
      });
      const after = runtime.stats();
      assert.equal(after.started - before.started, 10_001);
      const shares = after.machines.map(({ started }, index) => started - (before.machines[index]?.started ?? 0));
      assert.ok(
        shares.filter((share) => share > 500).length >= 2, // A spare thread may have stood in for the one that spawns.
        `started by each thread: ${shares}`,
      );
      assert.ok(after.steals + after.globalTakes > before.steals + before.globalTakes);
      assert.ok(after.stolen >= after.steals);
      console.log('shared out');
    });
  },

  /** An idle processor takes half of what another has queued, when there is nothing in the global queue. */
  async half() {
    runtime.configure({ procs: 2 });
    await run(function* () {
      const first = new AtomicInt();
      const result = yield* go(function* () {
        const before = runtime.stats().stolen;
        // Fewer than a queue holds, so none goes to the global queue. This goroutine keeps its thread meanwhile.
        const ended = new AtomicInt();
        for (let index = 0; index < 200; index++) go(() => void ended.add(1));
        while (ended.load() < 199) first.add(1);
        return runtime.stats().stolen - before;
      });
      // Not those that their thief put back until it had loaded their function.
      assert.ok(result >= 150, `${result} were stolen`);
      console.log('half and half again');
    });
  },

  /** Who is parked in libuv does not keep the others of its thread from running. */
  async parkedInLibuv() {
    runtime.configure({ procs: 1 });
    await run(function* () {
      const all = new WaitGroup();
      all.add(10_000);
      const due = Date.now() + 300;
      for (let index = 0; index < 10_000; index++) {
        go(function* () {
          yield* sleep(due - Date.now() + (index % 50));
          all.done();
        });
      }
      // All are asleep, and the thread runs others.
      while (runtime.stats().parks < 10_000) yield* go(() => undefined);
      const { goroutines, started } = runtime.stats();
      assert.ok(goroutines >= 10_000 || Date.now() >= due);
      assert.ok(started >= 10_000);
      yield* all.wait();
      console.log('10,000 slept');
    });
  },

  /** 2,000 connections on loopback at once, each with a goroutine that reads and writes. */
  async sockets() {
    runtime.configure({ procs: 2 });
    const server = net.createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    server.listen(0, '127.0.0.1', 4096);
    await once(server, 'listening');
    const { port } = server.address();
    await run(function* () {
      const open = new AtomicInt();
      const most = new AtomicInt();
      const gate = chan();
      const clients = [];
      for (let index = 0; index < 2000; index++) {
        clients.push(
          go(function* (number) {
            const socket = net.connect(port, '127.0.0.1');
            yield* wait(once(socket, 'connect'));
            most.add(1);
            open.add(1);
            yield* gate.recv(); // Until all are connected.
            socket.write(`hello ${number}\n`);
            const [data] = yield* wait(once(socket, 'data'));
            socket.destroy();
            return String(data) === `hello ${number}\n`;
          }, index),
        );
      }
      while (open.load() < 2000) yield* sleep(1);
      assert.equal(runtime.stats().goroutines, 2001);
      gate.close();
      let right = 0;
      for (const client of clients) if (yield* client) right++;
      assert.equal(right, 2000);
    });
    server.close();
    console.log('2,000 sockets');
  },

  /** A cancelled goroutine ends at its wait, whatever that is; its `finally` runs, its thread and the others go on. */
  async cancelled() {
    runtime.configure({ procs: 2 });
    await run(function* () {
      const cleaned = new AtomicInt();
      const never = new WaitGroup();
      never.add(1);
      const bystander = go(function* () {
        yield* never.wait();
        return 'went on';
      });
      const channel = chan();
      const other = chan();
      const waits = [
        () => channel.send(1),
        () => other.recv(),
        () => select({ a: other.recv(), b: channel.send(2) }),
        () => never.wait(),
        () => sleep(1e6),
        () => wait(new Promise(() => undefined)),
        () => bystander.join(),
      ];
      const parked = waits.map((_, kind) =>
        go(function* () {
          const all = [
            () => channel.send(1),
            () => other.recv(),
            () => select({ a: other.recv(), b: channel.send(2) }),
            () => never.wait(),
            () => sleep(1e6),
            () => wait(new Promise(() => undefined)),
            () => bystander.join(),
          ];
          try {
            yield* all[kind]();
          } finally {
            cleaned.add(1);
            yield* sleep(1); // A `finally` block may wait.
            cleaned.add(1);
          }
        }),
      );
      const yielding = go(function* () {
        try {
          for (;;) yield* gosched();
        } finally {
          cleaned.add(2);
        }
      });
      for (const handle of parked) while (handle.status !== 'waiting') yield* gosched();
      const before = runtime.stats().machines.map(({ started }) => started);
      for (const handle of [...parked, yielding]) {
        handle.cancel('enough');
        let name;
        try {
          yield* handle;
        } catch (error) {
          name = error.name;
        }
        assert.equal(name, 'CanceledError');
      }
      assert.equal(cleaned.load(), 2 * (parked.length + 1));
      never.done();
      assert.equal(yield* bystander, 'went on');
      // No thread has ended; a spare one may have come.
      assert.ok(runtime.stats().machines.length >= before.length);
      console.log('cancelled');
    });
  },
};
