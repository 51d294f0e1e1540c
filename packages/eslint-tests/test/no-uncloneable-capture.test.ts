import { testRule } from './rule-testers.ts';

const head = "import { blocking, chan, go, sleep, WaitGroup } from 'goroutines';\n";
const captured = (name: string, what: string) => ({
  message: `The goroutine captures '${name}', ${what}, which cannot be copied to another thread. Give it data only, make it inside of the function, or use go.local.`,
});
const context = (what: string) => ({
  message: `The goroutine uses '${what}' of its surroundings. It runs on another thread: read what it needs into a local variable or pass it as an argument, or use go.local.`,
});
const passed = (what: string) => ({
  message: `The goroutine is passed ${what}, which cannot be copied to another thread. Give it data only, make it inside of the function, or use go.local.`,
});
const method = (name: string) => ({
  message: `The method '${name}' uses 'this', which is undefined where it is started by itself. Read what it needs into local variables and start a function that uses those, or use go.local.`,
});
const bound = {
  message: 'A bound function cannot be taken to another thread: pass the function itself, and its arguments after it.',
};

const capturing = (declaration: string, name: string): string => `${head}${declaration}\ngo(() => use(${name}));`;

testRule('no-uncloneable-capture', {
  valid: {
    'data, channels and locks': `${head}const ch = chan(), wg = new WaitGroup(), map = new Map(), n = 1;\ngo(() => use(ch, wg, map, n));`,
    'symbols that every thread has': `${head}const a = Symbol.for('a'), b = Symbol.iterator;\ngo(() => use(a, b));`,
    'made inside': `${head}go(() => { const cache = new WeakMap(); const p = Promise.resolve(1); return p.then(() => cache); });`,
    'the calling thread': `${head}const cache = new WeakMap();\nclass A { f() { go.local(() => cache.has(this)); } }`,
    'a class of that name': `${head}class WeakMap {}\nconst cache = new WeakMap();\ngo(() => cache);`,
    'what is awaited': `${head}const answer = await fetch('x');\nconst value = await Promise.resolve(1);\ngo(() => use(answer, value));`,
    'a this of its own': `${head}go(function () { return this; });\ngo(() => ({ f() { return [this, super.f]; } }));\ngo(() => new (class { #a = this; b() { return this.#a; } })());`,
    'arguments of its own': `${head}function f() { go(function () { return arguments; }); }`,
    'this, read first': `${head}class A { rounds = 3; run() { const { rounds } = this; return go((n) => n, rounds); } }`,
    'a method without this': `${head}class A { work() { return 1; } run() { go(this.work); } }`,
    'a method of something else': `${head}class A { run() { go(this.elsewhere); go(other.work); } }`,
    'an async function': `${head}async function load() {}\ngo(() => load());`,
    'made of itself': `${head}const a = b, b = a;\nconst { c } = c;\ngo(() => use(a, b, c));`,
    'another package': `import { go } from 'other';\nconst cache = new WeakMap();\ngo(() => cache);\n// goroutines`,
  },
  invalid: {
    'a symbol': [capturing("const key = Symbol('key');", 'key'), { errors: [captured('key', 'a symbol')] }],
    'a WeakMap': [capturing('const cache = new WeakMap();', 'cache'), { errors: [captured('cache', 'a WeakMap')] }],
    'a WeakRef': [capturing('const ref = new WeakRef({});', 'ref'), { errors: [captured('ref', 'a WeakRef')] }],
    'a Promise': [capturing('const p = new Promise(() => {});', 'p'), { errors: [captured('p', 'a Promise')] }],
    'a resolved Promise': [capturing('const p = Promise.resolve(1);', 'p'), { errors: [captured('p', 'a Promise')] }],
    'an answer that has not come': [capturing("const p = fetch('x');", 'p'), { errors: [captured('p', 'a Promise')] }],
    'the result of an async function': [
      capturing('async function f() {}\nconst p = f();', 'p'),
      { errors: [captured('p', 'a Promise')] },
    ],
    'a module that has not come': [capturing("const p = import('x');", 'p'), { errors: [captured('p', 'a Promise')] }],
    'a generator': [capturing('function* f() {}\nconst it = f();', 'it'), { errors: [captured('it', 'a Generator')] }],
    'an operation': [capturing('const op = sleep(1);', 'op'), { errors: [captured('op', 'an operation')] }],
    'an AbortController': [capturing('const c = new AbortController();', 'c'), { errors: [captured('c', 'an AbortController')] }],
    'an AbortSignal': [capturing('const s = AbortSignal.timeout(1);', 's'), { errors: [captured('s', 'an AbortSignal')] }],
    'of an object': [
      capturing('const all = { cache: new WeakMap() };\nconst { cache } = all;', 'cache'),
      { errors: [captured('cache', 'a WeakMap')] },
    ],
    'in a helper': [
      `${head}const cache = new WeakMap();\nfunction f(x) { return cache.get(x); }\ngo(() => f({}));`,
      { errors: [captured('cache', 'a WeakMap')] },
    ],
    passed: [
      `${head}const p = Promise.resolve(1);\ngo((x) => x, p);\ngo((x) => x, Symbol());`,
      { errors: [passed('a Promise'), passed('a symbol')] },
    ],
    'in a blocking function': [
      `${head}const cache = new WeakMap();\nawait blocking(() => cache);`,
      { errors: [{ message: captured('cache', 'a WeakMap').message.replace('goroutine', 'blocking function') }] },
    ],
    'in a wait group': [
      `${head}const wg = new WaitGroup(), cache = new WeakMap();\nwg.go(() => cache);`,
      { errors: [captured('cache', 'a WeakMap')] },
    ],
    this: [`${head}class A { f() { go(() => this.n); } }`, { errors: [context('this')] }],
    'a deep this': [`${head}class A { f() { go(() => () => { use(this); }); } }`, { errors: [context('this')] }],
    super: [`${head}class A extends B { f() { go(() => super.f()); } }`, { errors: [context('super')] }],
    'new.target': [`${head}function F() { go(() => new.target); }`, { errors: [context('new.target')] }],
    'a private name': [`${head}class A { #n = 1; f(other) { go((a) => a.#n, other); } }`, { errors: [context('#n')] }],
    arguments: [`${head}function f() { go(() => arguments.length); }`, { errors: [context('arguments')] }],
    'an arrow function by name': [
      `${head}class A { f() { const work = () => this.n; go(work); } }`,
      { errors: [context('this')] },
    ],
    'a method by itself': [
      `${head}class A { n = 1; work() { return this.n; } run() { go(this.work); } }`,
      { errors: [method('work')] },
    ],
    'a method of an instance': [
      `${head}class A { n = 1; *work() { return this.n; } }\nconst a = new A();\ngo(a.work);`,
      { errors: [method('work')] },
    ],
    'a bound method': [`${head}class A { work() {} run() { go(this.work.bind(this)); } }`, { errors: [bound] }],
    'a bound function': [`${head}function work(n) {}\ngo(work.bind(null, 1));`, { errors: [bound] }],
  },
  typed: {
    valid: {
      'types of others': `${head}interface Signal { aborted: boolean }\nfunction f(signal: Signal, n: number) { go(() => use(signal, n)); }`,
      'a type in a function': `${head}go(() => new Map<symbol, Promise<number>>());`,
    },
    invalid: {
      'a symbol': [`${head}function f(key: symbol) { go(() => use(key)); }`, { errors: [captured('key', 'a symbol')] }],
      'a unique symbol': [
        `${head}declare const key: unique symbol;\ngo(() => use(key));`,
        { errors: [captured('key', 'a symbol')] },
      ],
      'a parameter': [`${head}function f(p: Promise<number>) { go(() => p); }`, { errors: [captured('p', 'a Promise')] }],
      'a variable': [
        `${head}let cache: WeakMap<object, number>;\ngo(() => cache);`,
        { errors: [captured('cache', 'a WeakMap')] },
      ],
      'a part': [
        `${head}interface Options { signal: AbortSignal }\nfunction f({ signal }: Options) { go(() => signal); }`,
        { errors: [captured('signal', 'an AbortSignal')] },
      ],
    },
  },
});
