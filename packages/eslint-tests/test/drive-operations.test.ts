import { type Cases, testRule } from './rule-testers.ts';

const head = "import { AtomicInt, chan, go, gosched, Mutex, select, sleep, wait, WaitGroup } from 'goroutines';\n";

const cases: Cases = { valid: {}, invalid: {}, typed: { valid: {}, invalid: {} } };

/** Code is put after the imports. */
function right(name: string, code: string): void {
  cases.valid[name] = head + code;
}

/** The suggestion `fixed` is the code with the driver put in. */
function wrong(name: string, code: string, message: RegExp | string, fixed?: string, into = cases.invalid, before = head): void {
  const suggestions =
    fixed === undefined
      ? []
      : [{ desc: `Drive it with '${/await/.test(fixed) && !/await/.test(code) ? 'await' : 'yield*'}'.`, output: before + fixed }];
  into[name] = [before + code, { errors: [suggestions.length > 0 ? { message, suggestions } : { message }] as never }];
}

/** In a goroutine, with what it works on. */
const inside = (code: string): string =>
  `const ch = chan(), mutex = new Mutex(), wg = new WaitGroup();\nfunction* main() { ${code} }`;
const dropped = (text: string, driver = 'yield*'): string => `'${text}' does nothing until it is driven: write ${driver}.`;
const nowhere = 'write yield* in a generator function, or await in an async one';
const asValue = (text: string): string =>
  `'${text}' is used as if it were its own outcome, which it has only when it is driven: write yield*.`;

for (const text of [
  'ch.send(1)',
  'ch.recv()',
  'ch.recvOk()',
  'ch?.recv()',
  'sleep(1)',
  'gosched()',
  'mutex.lock()',
  'wg.wait()',
  'select({ a: ch.recv() })',
  'wait(fetch("x"))',
  'go(main).join()',
  'ch.forEach(function* () {})',
]) {
  right(`driven: ${text}`, inside(`yield* ${text};`));
  wrong(`dropped: ${text}`, inside(`${text};`), dropped(text), inside(`yield* ${text};`));
}
right('what is no operation', inside('ch.trySend(1); ch.close(); mutex.unlock(); wg.add(); wg.done(); new AtomicInt(0).add(1);'));
right('a goroutine needs nobody who joins it', inside('go(main); go.local(main); go.with({}, main);'));
right('await', 'const ch = chan();\nawait ch.send(1);\nasync function main() { await sleep(1); return (await ch.recv()) + 1; }');
right('then', 'const ch = chan();\nch.send(1).then(() => {});');
right('a case of select', inside('const hit = yield* select({ a: ch.recv(), b: ch.send(1), c: null });'));
right(
  'passed on',
  inside('const cases = {}; cases.a = ch.recv(); const list = [ch.send(1)]; use(ch.recv()); const op = sleep(1); use(op);'),
);
right('driven by a channel', inside('yield* ch.forEach((n) => ch.send(n)); list.forEach((n) => ch.send(n));'));
right('driven later', inside('const op = ch.recv(); const v = yield* op; const other = sleep(1); yield* select({ other });'));
right('returned', 'const ch = chan();\nconst next = () => ch.recv();\nfunction later() { return sleep(1); }');
right('yielded to an async generator', 'const ch = chan();\nasync function* f() { yield ch.recv(); }');
right('returned by what is started', 'const ch = chan();\ngo(() => ch.recv());\ngo(async () => ch.recv());');
right(
  'made of itself',
  'function* f() { const { x } = x; const a = b.c, b = a; const { y } = z, { z } = y; x.send(1); a.send(1); y.z.send(1); }',
);
right('exported', 'const ch = chan();\nexport const first = ch.recv();');
right('an outcome compared', inside('if ((yield* ch.recv()) === undefined) return; const [v, ok] = yield* ch.recvOk();'));
right('objects that are not known', 'function* f(ch, mutex) { ch.send(1); mutex.lock(); socket.send(1); sleep.send(1); }');
right('a local name', 'function* f() { const sleep = (n) => n; sleep(1); }');
right('a variable with several values', 'function* f() { let ch = chan(); ch = new Socket(); ch.send(1); }');
right(
  'a generator that is iterated',
  inside('function* numbers() { yield 1; } for (const n of numbers()) use(n); const it = numbers(); yield* numbers();'),
);
cases.valid['another package'] = "import { sleep, Mutex } from 'other';\nfunction* f() { sleep(1); new Mutex().lock(); }";
cases.valid['no package'] = 'function* numbers() { yield 1; }\nnumbers();';

wrong(
  'in async code',
  'async function f() { sleep(1); }',
  dropped('sleep(1)', 'await'),
  'async function f() { await sleep(1); }',
);
wrong('at the top of a module', 'sleep(1);', dropped('sleep(1)', 'await'), 'await sleep(1);');
wrong('in a plain function', 'function f() { sleep(1); }', `'sleep(1)' does nothing until it is driven: ${nowhere}.`);
wrong('in a callback', inside('[1].map((n) => { ch.send(n); });'), `'ch.send(n)' does nothing until it is driven: ${nowhere}.`);
wrong(
  'thrown away by forEach',
  inside('[1].forEach((n) => ch.send(n));'),
  `'ch.send(n)' does nothing until it is driven: ${nowhere}.`,
);
wrong(
  'thrown away by forEach of a constant',
  `const list = [1];\n${inside('list.forEach((n) => ch.send(n));')}`,
  `'ch.send(n)' does nothing until it is driven: ${nowhere}.`,
);
wrong('in a static block', 'class A { static { sleep(1); } }', `'sleep(1)' does nothing until it is driven: ${nowhere}.`);
wrong('after &&', inside('wg && ch.send(1);'), dropped('ch.send(1)'), inside('wg && (yield* ch.send(1));'));
wrong('in a branch', inside('wg ? ch.send(1) : 0;'), dropped('ch.send(1)'), inside('wg ? (yield* ch.send(1)) : 0;'));
wrong('void', inside('void ch.send(1);'), dropped('ch.send(1)'), inside('void (yield* ch.send(1));'));
wrong('added to', inside('return ch.recv() + 1;'), asValue('ch.recv()'), inside('return (yield* ch.recv()) + 1;'));
wrong('tested', inside('while (ch.recv()) {}'), asValue('ch.recv()'), inside('while (yield* ch.recv()) {}'));
wrong('in a template', inside('`${ch.recv()}`;'), asValue('ch.recv()'), inside('`${yield* ch.recv()}`;'));
wrong('a property of it', inside('return ch.recv().name;'), asValue('ch.recv()'), inside('return (yield* ch.recv()).name;'));
wrong(
  'taken apart',
  inside('const [v, ok] = ch.recvOk();'),
  asValue('ch.recvOk()'),
  inside('const [v, ok] = yield* ch.recvOk();'),
);
wrong(
  'a hit taken apart',
  inside('const { key } = select({});'),
  asValue('select({})'),
  inside('const { key } = yield* select({});'),
);
wrong(
  'kept and forgotten',
  inside('const v = ch.recv();'),
  "The operation in 'v' is never driven, so that it does nothing: write yield* before it.",
  inside('const v = yield* ch.recv();'),
);
wrong(
  'kept and used as a value',
  inside('const v = ch.recv(); if (v === 1) use(`${v.name}`);'),
  /^The operation in 'v' is never driven/,
  inside('const v = yield* ch.recv(); if (v === 1) use(`${v.name}`);'),
);
wrong(
  'a helper that is not driven',
  inside('helper(); function* helper() { yield* sleep(1); }'),
  dropped('helper()'),
  inside('yield* helper(); function* helper() { yield* sleep(1); }'),
);
wrong(
  'a helper in async code',
  'function* helper() { yield* sleep(1); }\nasync function f() { helper(); }',
  `'helper()' does nothing until it is driven: ${nowhere}.`,
);
wrong(
  'a channel in a property',
  'const all = { ch: chan() };\nfunction* f() { all.ch.recv(); const { ch } = all; yield* ch.recv(); }',
  dropped('all.ch.recv()'),
  'const all = { ch: chan() };\nfunction* f() { yield* all.ch.recv(); const { ch } = all; yield* ch.recv(); }',
);
wrong(
  'a method that is a generator',
  'class A { *step() { yield* sleep(1); } *main() { this.step(); } }',
  dropped('this.step()'),
  'class A { *step() { yield* sleep(1); } *main() { yield* this.step(); } }',
);

const star = (name: string, code: string, fixed: string, text: string): void => {
  cases.invalid[name] = [
    head + code,
    { output: head + fixed, errors: [{ message: `'yield' without a star does not drive '${text}': write yield*.` }] },
  ];
};
star('yield without a star', inside('const v = yield ch.recv();'), inside('const v = yield* ch.recv();'), 'ch.recv()');
star('yield of a goroutine', inside('yield go(main);'), inside('yield* go(main);'), 'go(main)');
star('yield of a kept operation', inside('const op = ch.recv(); yield op;'), inside('const op = ch.recv(); yield* op;'), 'op');

const namespace = "import * as g from 'goroutines';\n";
wrong(
  'through the namespace',
  'function* f() { g.sleep(1); yield* g.sleep(1); }',
  dropped('g.sleep(1)'),
  'function* f() { yield* g.sleep(1); yield* g.sleep(1); }',
  cases.invalid,
  namespace,
);
const renamed = "import { sleep as pause } from 'goroutines';\n";
wrong(
  'under another name',
  'function* f() { pause(1); }',
  dropped('pause(1)'),
  'function* f() { yield* pause(1); }',
  cases.invalid,
  renamed,
);
const common = "const { sleep, chan: make } = require('goroutines');\n";
wrong(
  'required',
  'function* f() { make().recv(); }',
  dropped('make().recv()'),
  'function* f() { yield* make().recv(); }',
  cases.invalid,
  common,
);

const types =
  "import type { Chan, Goroutine, Mutex as Lock, RecvChan, SendChan } from 'goroutines';\nimport type * as g from 'goroutines';\n";
const typed = (name: string, code: string, text: string): void =>
  wrong(name, code.replace('§', ''), dropped(text), code.replace('§', 'yield* '), cases.typed.invalid, types);
typed('a parameter', 'function* f(ch: Chan<number>) { §ch.send(1); }', 'ch.send(1)');
typed('a one-way channel', 'function* f(ch: RecvChan<number>) { §ch.recv(); }', 'ch.recv()');
typed('perhaps undefined', 'function* f(ch: Chan<number> | undefined) { §ch!.recv(); }', 'ch!.recv()');
typed('another name', 'function* f(lock: Lock) { §lock.lock(); }', 'lock.lock()');
typed('of the namespace', 'function* f(lock: g.Mutex) { §lock.lock(); }', 'lock.lock()');
typed(
  'a variable with several values',
  'function* f(a: Lock, b: Lock) { let lock: Lock = a; lock = b; §lock.lock(); }',
  'lock.lock()',
);
typed('an element', 'function* f(forks: Lock[]) { §forks[0]!.lock(); }', 'forks[0]!.lock()');
typed(
  'a part of an interface',
  'interface Race { answers: SendChan<string> }\nfunction* f({ answers }: Race, race: Race) { §answers.send("a"); yield* race.answers.send("b"); }',
  'answers.send("a")',
);
typed(
  'a part of a type',
  'type Race = { answers: SendChan<string> };\nfunction* f(race: Race) { §race.answers.send("a"); }',
  'race.answers.send("a")',
);
typed('a field', 'class A { ch: Chan<number>; *f() { §this.ch.recv(); } }', 'this.ch.recv()');
typed(
  'a parameter property',
  'class A { constructor(private readonly ch: Chan<number>) {} *f() { §this.ch.recv(); } }',
  'this.ch.recv()',
);
typed('a result', 'function start(): Goroutine<number> { return null!; }\nfunction* f() { §start().join(); }', 'start().join()');
cases.typed.valid['types of others'] =
  `${types}interface Socket { send(n: number): void }\nfunction* f(socket: Socket, ch: Chan2<number>) { socket.send(1); ch.send(1); }`;
cases.typed.valid.driven = `${types}function* f(ch: Chan<number>, forks: Lock[]) { const v: number = (yield* ch.recv())!; using _ = yield* forks[0]!.lock(); }`;

testRule('drive-operations', cases);
