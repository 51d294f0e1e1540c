import { testRule } from './rule-testers.ts';

const head = "import { blocking, go, group, WaitGroup } from 'goroutines';\nlet count = 0;\nlet list = [];\n";
const instead = 'A goroutine works on copies: return the value, send it on a channel, or use an AtomicInt.';
const error = (line: number, name = 'count', subject = 'goroutine') => ({
  message: `The ${subject} assigns to the captured variable '${name}'. ${instead}`,
  line,
});

testRule('no-captured-assignment', {
  valid: {
    'variables of its own': `${head}go(function* (n) { let own = 0; own++; n = 1; for (const each of list) own += each; });`,
    reading: `${head}go(() => count + list.length);`,
    'the calling thread': `${head}go.local(function* () { count++; });`,
    'a function that is not started': `${head}const f = () => { count++; };\nf();`,
    'a function of another package': `import { go } from 'other';\nlet count = 0;\ngo(() => { count++; });\n// goroutines`,
    'a property': `${head}const all = { count: 0 };\ngo(() => { all.count++; });`,
    'an argument that is not run': `${head}go((f) => 1, () => { count++; });`,
    shadowed: `${head}go((count) => { count++; });`,
    'an unknown global': `${head}go(() => { elsewhere = 1; });`,
  },
  invalid: {
    'an assignment': [`${head}go(() => {\n  count = 1;\n});`, { errors: [error(5)] }],
    'an increment': [`${head}go(function* () { count++; });`, { errors: [error(4)] }],
    'taking apart': [`${head}go(() => { [count] = [2]; });`, { errors: [error(4)] }],
    'a loop': [`${head}go(() => { for (count of list); });`, { errors: [error(4)] }],
    'a nested function': [`${head}go(() => () => { ({ count } = { count: 1 }); });`, { errors: [error(4)] }],
    both: [`${head}go(async () => { count++; list = []; });`, { errors: [error(4), error(4, 'list')] }],
    'of a function around it': [
      `${head}function* main() { let sum = 0; go(() => { sum += 1; }); }`,
      { errors: [error(4, 'sum')] },
    ],
    'by name': [`${head}function* work() { count++; }\ngo(work);`, { errors: [error(4)] }],
    'by the name of a constant': [`${head}const work = () => { count++; };\ngo(work);\ngo(work);`, { errors: [error(4)] }],
    'in a helper': [
      `${head}function helper() { count++; }\nfunction other() { helper(); }\ngo(() => other());`,
      { errors: [error(4)] },
    ],
    'in a class that it uses': [`${head}class A { add() { count++; } }\ngo(() => new A().add());`, { errors: [error(4)] }],
    'go.with': [`${head}go.with({ name: 'a' }, () => { count++; });`, { errors: [error(4)] }],
    blocking: [`${head}await blocking(() => { count++; });`, { errors: [error(4, 'count', 'blocking function')] }],
    'a wait group': [`${head}const wg = new WaitGroup();\nwg.go(() => { count++; });`, { errors: [error(5)] }],
    'a group': [`${head}const all = group();\nall.go(() => { count++; });`, { errors: [error(5)] }],
    required: [`const { go } = require('goroutines');\nlet count = 0;\ngo(() => { count++; });`, { errors: [error(3)] }],
  },
  typed: {
    valid: { 'a type of that name': `${head}type count = number;\ngo((n: number) => { let own: count = n; own++; });` },
    invalid: {
      'an annotated variable': [
        `${head}let sum: number = 0;\ngo(function* (): Generator<unknown, void, any> { sum! += 1; });`,
        { errors: [error(5, 'sum')] },
      ],
      'a parameter that is a wait group': [
        `${head}function* f(wg: WaitGroup) { wg.go(() => { count++; }); }`,
        { errors: [error(4)] },
      ],
    },
  },
});
