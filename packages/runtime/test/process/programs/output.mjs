/** What goroutines print. */
import { AtomicInt, go, gosched, run, sleep } from 'goroutines';

export const programs = {
  async order() {
    await run(function* () {
      const handles = [];
      for (let member = 0; member < 4; member++) {
        handles.push(
          go(function* (self) {
            for (let line = 0; line < 500; line++) {
              console.log(`${self} ${line}`);
              if (line % 50 === 0) yield* gosched();
            }
          }, member),
        );
      }
      for (const handle of handles) yield* handle;
    });
  },

  /** The main thread is busy from before the goroutine prints until after it has. */
  whileMainIsBusy() {
    const printed = new AtomicInt();
    const started = new AtomicInt();
    go(function* () {
      started.add(1);
      while (started.load() < 2) yield* gosched();
      console.log('out of the goroutine');
      console.error('its error output');
      printed.store(1);
    });
    const wait = () => {
      if (started.load() === 0) {
        setImmediate(wait);
        return;
      }
      started.add(1);
      while (printed.load() === 0);
      process.stdout.write('main is through\n');
      process.exit(0);
    };
    wait();
  },

  async large() {
    await run(function* () {
      yield* go(() => {
        for (let line = 0; line < 200; line++) process.stdout.write(`${String(line).padStart(4)}${'x'.repeat(9995)}\n`);
        process.stdout.write('the last line\n');
      });
    });
  },

  lastWords() {
    go(function* () {
      yield* sleep(10);
      console.log('last words');
      throw new Error('fails');
    });
  },

  formats() {
    go(() => {
      console.log('%s is %d', 'answer', 42, { deep: [1, new Map([['a', 1]])] });
      console.error('warning');
    });
  },
};
