// Runs an example by its name; without a name, or with a folder in its place, it runs the main job, `hash`.
// Every example is a program of its own, too: `node packages/examples/dist/hello.js` does the same.

const examples: Record<string, string> = {
  hash: 'hash every file below a folder, on every core (the main job)',
  hello: 'the first program: a goroutine says hello',
  'ping-pong': 'two goroutines and one unbuffered channel',
  'worker-pool': 'jobs in, results out, a few workers in between',
  timeout: 'select: whichever comes first, a value or the clock',
  'first-answer': 'ask three, take the first answer, tell the rest',
  'dining-philosophers': 'five locks, five goroutines, no deadlock',
  'prime-sieve': 'a chain of goroutines, one for each prime',
  'thread-ring': 'a token goes round a ring of 503 goroutines',
  skynet: 'a tree of goroutines with 100,000 leaves',
  'bank-transfers': 'money moved at random, a lock for each account',
  'web-crawler': 'every page once, in parallel (A Tour of Go)',
  'equivalent-trees': 'two trees walked at once and compared (A Tour of Go)',
  'rate-limiter': 'permits that a goroutine issues, saved up in a channel',
  pipeline: 'three stages that an AbortSignal stops',
  'load-balancer': "requests to the least busy worker (Rob Pike's)",
  chameneos: 'creatures that meet two by two (benchmarks game)',
  'power-series': "series as goroutines that ask each other (McIlroy's)",
  mandelbrot: 'rows taken by whoever is free (benchmarks game)',
  'spectral-norm': 'matrix times vector, in parts (benchmarks game)',
  fannkuch: 'permutations in ranges (benchmarks game)',
  'http-server': 'a server that stays responsive while it computes',
  'schedule/asynchronous-call': 'the scheduler, step by step: a goroutine moves to the poller',
  'schedule/synchronous-call': 'the same: a thread is held up, and its processor handed on',
  'schedule/work-stealing': 'the same: half of a queue is stolen',
  'schedule/scheduling-points': 'the same: the four points at which it decides',
  'guide/asynchronous-call': 'who waits for a file stands at the poller',
  'guide/synchronous-call': 'a call holds up its thread: the processor is handed on',
  'guide/work-stealing': 'half of a queue is stolen',
  'guide/scheduling-points': 'go, a wait, a call into the system, garbage',
  'recipes/script': 'a plain script: lines and digests of the files named',
  'recipes/express': 'the work of an Express handler',
  'recipes/fastify': 'the work of a Fastify handler, cancelled when the client goes',
  'recipes/service': 'methods of a class with decorators, as in NestJS',
  'recipes/monorepo': 'a function from another package of the workspace',
  'recipes/prometheus': 'figures of the scheduler as prom-client exports them',
  'recipes/opentelemetry': 'the same by instruments of OpenTelemetry',
};

const first = process.argv[2];

if (first === '--list' || first === '--help') {
  const width = Math.max(...Object.keys(examples).map((name) => name.length));
  console.log('npm start [folder]                 the main job: hash every file below the folder');
  console.log('npm start -- <example> [options]   one of these:\n');
  for (const [name, text] of Object.entries(examples)) console.log(`  ${name.padEnd(width)}  ${text}`);
} else if (first !== undefined && Object.hasOwn(examples, first)) {
  process.argv.splice(2, 1); // the example finds its own options from here on
  await import(`./${first}.js`);
} else {
  await import('./hash.ts');
}
