/** What may wake a goroutine from outside: no deadlock while there is any of it. Each program prints `no deadlock`. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { AtomicInt, blocking, chan, go, Mutex, run, runtime, sleep, timer, wait } from 'goroutines';

/** The main goroutine waits for what comes on the channel, with nothing else to do. */
function receiving(channel) {
  return run(function* main() {
    console.log(yield* channel.recv());
  });
}

/** A goroutine of a worker thread starts something there, and waits on a channel that its callback sends on. */
function onWorker(begin) {
  return run(function* main() {
    const channel = chan();
    go(begin, channel);
    console.log(yield* channel.recv());
  });
}

const said = 'no deadlock';
/** Blocks its own process for a while, and says something then. */
const laterText = `setTimeout(() => console.log('${said}'), 200)`;

export const programs = {
  async worker() {
    const channel = chan();
    const worker = new Worker(`setTimeout(() => require('node:worker_threads').parentPort.postMessage('${said}'), 200)`, {
      eval: true,
    });
    worker.on('message', (text) => channel.trySend(text));
    await receiving(channel);
  },

  async messageChannel() {
    const channel = chan();
    const { port1, port2 } = new MessageChannel();
    new Worker('setTimeout(() => require("node:worker_threads").workerData.postMessage("no deadlock"), 200)', {
      eval: true,
      workerData: port2,
      transferList: [port2],
    }).unref();
    port1.on('message', (text) => {
      channel.trySend(text);
      port1.close();
    });
    await receiving(channel);
  },

  async watcher() {
    const channel = chan();
    const folder = mkdtempSync(path.join(tmpdir(), 'goroutines-'));
    const watcher = watch(folder, () => {
      channel.trySend(said);
      watcher.close();
    });
    const child = spawn(process.execPath, [
      '-e',
      `setTimeout(() => fs.writeFileSync(${JSON.stringify(path.join(folder, 'a'))}, ''), 200)`,
    ]);
    child.unref();
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    await receiving(channel);
    rmSync(folder, { recursive: true });
  },

  async fetching() {
    const channel = chan();
    const server = spawn(process.execPath, ['-e', slowServer], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [address] = await new Promise((resolve) => server.stdout.once('data', (data) => resolve(String(data).split('\n'))));
    for (const handle of [server, server.stdin, server.stdout]) handle.unref();
    void fetch(address).then(async (response) => channel.trySend(await response.text()));
    await receiving(channel);
    server.kill();
  },

  async blockingCall() {
    const channel = chan();
    void blocking(() => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)).then(() => channel.trySend(said));
    await receiving(channel);
  },

  async stdin() {
    const child = spawn(process.execPath, ['start.mjs', 'alive', 'readsStdin'], { stdio: ['pipe', 'inherit', 'inherit'] });
    setTimeout(() => child.stdin.end(said), 400);
  },
  readsStdin() {
    const channel = chan();
    process.stdin.once('data', (data) => channel.trySend(String(data)));
    return receiving(channel);
  },

  timerOfAnotherThread: () =>
    onWorker(function* (channel) {
      const late = timer(100);
      go(function* () {
        yield* late.chan.recv();
        yield* channel.send('no deadlock');
      });
    }),

  socketOfWorker: () =>
    onWorker(function* (channel) {
      const { connect, createServer } = yield* wait(import('node:net'));
      const server = createServer((socket) => setTimeout(() => socket.end('no deadlock'), 100));
      server.listen(0, '127.0.0.1', () => {
        connect(server.address().port, '127.0.0.1').on('data', (data) => {
          channel.trySend(String(data));
          server.close();
        });
      });
      yield* chan().recv();
    }),

  processOfWorker: () =>
    onWorker(function* (channel) {
      const { execFile } = yield* wait(import('node:child_process'));
      execFile(process.execPath, ['-e', laterText], (_, text) => channel.trySend(text.trim()));
      yield* chan().recv();
    }),

  threadOfWorker: () =>
    onWorker(function* (channel) {
      const { Worker } = yield* wait(import('node:worker_threads'));
      const text = 'setTimeout(() => require("node:worker_threads").parentPort.postMessage("no deadlock"), 200)';
      new Worker(text, { eval: true }).on('message', (text) => channel.trySend(text));
      yield* chan().recv();
    }),

  watcherOfWorker: () =>
    onWorker(function* (channel) {
      const { mkdtempSync, rmSync, watch } = yield* wait(import('node:fs'));
      const folder = mkdtempSync(path.join(tmpdir(), 'goroutines-'));
      const watcher = watch(folder, () => {
        channel.trySend('no deadlock');
        watcher.close();
        rmSync(folder, { recursive: true });
      });
      go.local(function* () {
        yield* sleep(100);
        writeFileSync(path.join(folder, 'a'), '');
      });
      yield* chan().recv();
    }),

  /** Work of libuv's thread pool that is nobody's handle. */
  poolOfWorker: () =>
    onWorker(function* (channel) {
      const { pbkdf2 } = yield* wait(import('node:crypto'));
      pbkdf2('password', 'salt', 600_000, 64, 'sha512', () => channel.trySend('no deadlock'));
      yield* chan().recv();
    }),

  /** Nobody waits for it; all the same it is to be called back. */
  poolOfWorkerAlone() {
    go(function* () {
      const { pbkdf2 } = yield* wait(import('node:crypto'));
      pbkdf2('password', 'salt', 600_000, 64, 'sha512', () => console.log('no deadlock'));
      yield* chan().recv();
    });
  },

  compressionOfWorker: () =>
    onWorker(function* (channel) {
      const { brotliCompress } = yield* wait(import('node:zlib'));
      brotliCompress(Buffer.alloc(8_000_000, 'some text, and more of it'), () => channel.trySend('no deadlock'));
      yield* chan().recv();
    }),

  async asyncFunctionOfWorker() {
    await onWorker(async (channel) => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      channel.trySend('no deadlock');
    });
  },

  /** Everybody but one waits, and that one computes. */
  async computing() {
    const [mutex, begun] = [new Mutex(), new AtomicInt()];
    await run(function* main() {
      go(function* () {
        yield* mutex.lock();
        begun.store(1);
        const end = performance.now() + 300;
        while (performance.now() < end);
        mutex.unlock();
      });
      while (begun.load() === 0) yield* sleep(1);
      yield* mutex.lock();
    });
    console.log(said);
  },

  async listening() {
    const channel = chan();
    const server = createServer((socket) => {
      socket.destroy();
      channel.trySend(said);
      server.close();
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const text = `setTimeout(() => require('node:net').connect(${server.address().port}, '127.0.0.1').on('error', () => undefined), 300)`;
    spawn(process.execPath, ['-e', text], { stdio: 'ignore' }).unref();
    await receiving(channel);
  },

  /** Looking does no harm to a program that is about to end, or hangs. */
  async looking() {
    go(function* () {
      yield* chan().recv();
    });
    await runtime.dump();
    console.log(said);
  },
};

const slowServer = `
  const server = require('node:http').createServer((_, response) => setTimeout(() => response.end('${said}'), 300));
  server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));
`;
