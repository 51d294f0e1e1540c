// The first program. `go` starts a goroutine and returns at once; the program ends when its main goroutine ends,
// whether or not the others have finished. So with `--no-sleep` nobody says hello.

import { go, run, sleep } from 'goroutines';

function* sayHello() {
  console.log('Hello Goroutine');
}

function* main(pause: boolean) {
  go(sayHello);
  if (pause) yield* sleep(1000);
  console.log('main function ended');
}

await run(main, !process.argv.includes('--no-sleep'));
