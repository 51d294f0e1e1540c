// What the TypeScript compiler does not do: the core (core/*.ts, AssemblyScript) becomes dist/core.wasm, the dashboard's page
// (dashboard/) three files in dist/dashboard/page, and the compiled modules one file, dist/bundle/index.js. Each only when it
// is older than what it is made of. Besides, the types for who requires the package, and the README that is packed with it.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const home = path.dirname(fileURLToPath(import.meta.url));

export async function build() {
  const core = path.join(home, 'dist/core.wasm');
  if (isOlder(core, ['core', 'src/memory'], '.ts')) {
    const compiled = `${core}.compiled`;
    await compileCore(path.join(home, 'core'), compiled);
    await makeRoom(compiled, core);
    rmSync(compiled);
  }
  const page = path.join(home, 'dist/dashboard/page');
  if (isOlder(path.join(page, 'index.html'), ['dashboard', 'src/dashboard'], '')) await bundlePage(page);
  const bundle = path.join(home, 'dist/bundle/index.js');
  if (isOlder(bundle, ['dist'], '.js')) {
    await bundleModules(path.join(home, 'dist/package.js'), bundle);
    await bundleStandalone();
  }
  for (const name of ['index', 'test']) writeCommonjsTypes(path.join(home, 'dist', `${name}.d.ts`));
  writeFileSync(path.join(home, 'dist/test.cjs'), "module.exports = require('./test.js');\n");
  copyFileSync(path.join(home, '../../README.md'), path.join(home, 'README.md'));
}

/** Whether the file is older than any of the files in these folders. */
function isOlder(file, folders, ending) {
  const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (statSync(fileURLToPath(import.meta.url)).mtimeMs > made) return true; // It says how they are made.
  return folders.some((folder) =>
    readdirSync(path.join(home, folder), { recursive: true }).some(
      (name) =>
        name.endsWith(ending) && !/^(bundle|standalone)/.test(name) && statSync(path.join(home, folder, name)).mtimeMs > made,
    ),
  );
}

/** Compiles the sources in `folder` (which may be a changed copy) to the file `output`. Throws with the compiler's text. */
export async function compileCore(folder, output) {
  const { default: asc } = await import('assemblyscript/asc');
  mkdirSync(path.dirname(output), { recursive: true });
  const { error, stderr } = await asc.main([
    path.join(folder, 'index.ts'),
    ...['--outFile', output, '--baseDir', path.parse(folder).root],
    ...['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'threads'],
    // The arena is made by us and may have any size; see src/memory/arena.ts for the largest.
    ...['--importMemory', '--sharedMemory', '--noExportMemory', '--initialMemory', '1', '--maximumMemory', '32768'],
  ]);
  if (error) throw new Error(`the core does not compile:\n${stderr.toString()}`);
}

/**
 * Makes a core that a stack without room cannot stop in the middle. V8 looks for room when a function begins, and for more when that was
 * never called before: between a lock and its return, the lock would be held for ever; between the core and what TypeScript does next
 * with what it has done, a waiter would stand in two lines. So no function of the core calls another, and whatever takes a lock
 * looks for 8 KB before. It is four times the code, and neither is to be seen in the benchmarks.
 */
async function makeRoom(file, output) {
  const { default: binaryen } = await import('binaryen');
  const core = binaryen.readBinary(readFileSync(file));
  core.setFeatures(binaryen.Features.All);
  inlineCalls(core, binaryen);
  askForRoom(core, binaryen);
  if (!core.validate()) throw new Error('the core has become an invalid module');
  writeFileSync(output, core.emitBinary());
}

function inlineCalls(core, binaryen) {
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setAllowInliningFunctionsWithLoops(true);
  const anySize = 1_000_000;
  binaryen.setAlwaysInlineMaxSize(anySize);
  binaryen.setFlexibleInlineMaxSize(anySize);
  binaryen.setOneCallerInlineMaxSize(anySize);
  for (let times = 0; hasCalls(core.emitText()); times++) {
    if (times === 8) throw new Error('a function of the core is called still: does it call itself?');
    core.optimize();
  }
}

/** Whether a function of the module is called within it. Those that it imports do not count. */
function hasCalls(text) {
  const imported = new Set(Array.from(text.matchAll(/^ \(import .* \(func (\S+)/gm), ([, name]) => name));
  return Array.from(text.matchAll(/\((?:return_)?call (\S+?)(?=[\s)])/g)).some(([, name]) => !imported.has(name));
}

/**
 * V8 looks whether a function's frame fits where that is above 4 KB, and what a call returns has its place there. So each function that
 * may wait for a lock, and the one that makes records, gets a call that returns 8 KB, and is never made. What it calls is too
 * large to be inlined by V8.
 */
function askForRoom(core, binaryen) {
  const text = core.emitText();
  const [, waitWhile] = /"waitWhile" \(func (\S+)/.exec(text);
  const [, createRecord] = /\(export "createRecord" \(func (\S+?)\)/.exec(text);
  const places = Array(1000).fill(binaryen.i64); // No function may return more.
  const room = binaryen.createType(places);
  core.addFunction('room', binaryen.none, room, [], core.tuple.make(places.map(() => core.i64.const(0n))));
  core.addGlobal('never', binaryen.i32, true, core.i32.const(0));
  for (const [body, name] of text.matchAll(/^ \(func (\S+)[\s\S]*?^ \)/gm)) {
    if (name !== createRecord && !body.includes(`(call ${waitWhile}`)) continue;
    const asking = binaryen.Function(core.getFunction(name.slice(1)));
    const ask = core.if(core.global.get('never', binaryen.i32), core.drop(core.call('room', [], room)));
    asking.body = core.block(null, [ask, asking.body], asking.results);
  }
}

/** With all that it needs: the page loads nothing from elsewhere. */
async function bundlePage(folder) {
  const { build: bundle } = await import('rolldown');
  const source = path.join(home, 'dashboard');
  mkdirSync(folder, { recursive: true });
  await bundle({
    input: path.join(source, 'main.tsx'),
    platform: 'browser',
    tsconfig: path.join(source, 'tsconfig.json'),
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    output: { file: path.join(folder, 'dashboard.js'), format: 'esm', minify: true },
    logLevel: 'warn',
  });
  const chartStyle = createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css');
  const own = ['style.css', 'live.css', 'guide/guide.css'].map((file) => path.join(source, file));
  const styles = [chartStyle, ...own].map((file) => readFileSync(file, 'utf8'));
  writeFileSync(path.join(folder, 'dashboard.css'), styles.join('\n'));
  const licenses = ['preact', 'uplot'].map((name) => {
    const file = path.join(path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'LICENSE');
    return `${name}\n\n${readFileSync(file, 'utf8')}`;
  });
  writeFileSync(path.join(folder, 'LICENSES.txt'), licenses.join('\n\n'));
  copyFileSync(path.join(source, 'index.html'), path.join(folder, 'index.html'));
  const now = new Date();
  utimesSync(path.join(folder, 'index.html'), now, now);
}
/**
 * What a worker thread runs. Piscina requires it. Were it an ES module, a loader that makes CommonJS of everything (tsx) would let
 * it: then the thread's runtime would be one copy, and what goroutines import another.
 */
const threadModule = `module.exports = async (installation) => {
  await import('./index.js');
  return globalThis.__goroutines.install(installation);
};
`;

/**
 * `require('goroutines')`: such a loader would make a second runtime here as well. So who requires the package gets the one that this
 * thread has, if it has one.
 */
const requiredModule = `const file = require('node:path').join(__dirname, 'index.js');
const known = globalThis.__goroutines;
module.exports = known?.file === require('node:url').pathToFileURL(file).href ? known.api : require(file);
`;

/**
 * Makes constants of a bundle's functions and classes: `function f() {}` becomes `const f = function f() {};`. A declared one may be
 * assigned to, so V8 loads and compares it at each call, even of what it has inlined: four instructions; a constant is known.
 * Functions are moved to the front, since they may be called above their declaration; classes may not, and stay where they are. And
 * `let` becomes `var`, of which V8 need not ask at each use whether it was reached yet.
 */
const constantFunctions = {
  name: 'constant-functions',
  async renderChunk(code, chunk) {
    const { parseSync } = await import('oxc-parser');
    const { default: MagicString } = await import('magic-string');
    const text = new MagicString(code);
    const statements = parseSync(chunk.fileName, code).program.body;
    const front = statements.find(({ type, directive }) => type !== 'ImportDeclaration' && directive === undefined).start;
    let before = 0;
    for (const { type, start, end, id, kind } of statements) {
      if (type === 'VariableDeclaration' && kind === 'let') text.update(start, start + kind.length, 'var');
      if (type === 'FunctionDeclaration' || type === 'ClassDeclaration') {
        text.appendRight(start, `const ${id.name} = `).appendLeft(end, ';');
        // With the comment above it.
        if (type === 'FunctionDeclaration' && before > front) text.move(before, end, front);
      }
      before = end;
    }
    return { code: text.toString(), map: text.generateMap({ hires: 'boundary' }) };
  },
};

/** The dependencies stay imports. */
async function bundleModules(input, file) {
  const { build: bundle } = await import('rolldown');
  await bundle({
    input,
    plugins: [constantFunctions],
    platform: 'node',
    external: (name, _importer, isResolved) => !isResolved && !name.startsWith('.') && !path.isAbsolute(name),
    output: { file, format: 'esm', sourcemap: true, topLevelVar: false },
    optimization: { inlineConst: { mode: 'all', pass: 10 } },
    logLevel: 'warn',
  });
  writeFileSync(path.join(path.dirname(file), 'thread.cjs'), threadModule);
  writeFileSync(path.join(path.dirname(file), 'index.cjs'), requiredModule);
}

/**
 * Types for `require`: TypeScript takes a .d.ts of this package for an ES module's, which CommonJS may not load under `module:
 * node16`. The .d.cts beside it names the same types, so that what one module of a program has made fits the others.
 */
function writeCommonjsTypes(file) {
  const module = `'./${path.basename(file)}' with { 'resolution-mode': 'import' }`;
  const lines = [`import type * as api from ${module};`, `export type * from ${module};`];
  for (const [name, { comment, parameters }] of exportedValues(file)) {
    lines.push(`${comment}export declare const ${name}: typeof api.${name};`);
    if (parameters !== undefined) lines.push(`export type ${name}${parameters} = api.${name}${parameters};`);
  }
  writeFileSync(file.replace(/ts$/, 'cts'), `${lines.join('\n')}\n`);
}

/** The names of values that a module exports, each with its comment, and the type parameters if it is a class. */
function exportedValues(file) {
  const text = readFileSync(file, 'utf8');
  const own = [...text.matchAll(/^export declare (?:class|function|const) (\w+)/gm)].map(([, name]) => [name, text]);
  const others = [...text.matchAll(/^export \{(.*?)\} from '(.*?)\.ts'/gm)].flatMap(([, names, from]) => {
    const source = readFileSync(path.join(path.dirname(file), `${from}.d.ts`), 'utf8');
    return [...names.matchAll(/(type )?(\w+)/g)].filter(([, isType]) => !isType).map(([, , name]) => [name, source]);
  });
  return new Map(
    [...own, ...others].map(([name, source]) => {
      const found = source.match(new RegExp(`^export declare class ${name}(?:<(.*?)>)? `, 'm'));
      const parameters = found?.[1]?.replaceAll(/\b(in|out) /g, '');
      const above = new RegExp(`^(/\\*\\*(?:(?!\\*/)[^])*\\*/\\n)export declare (?:class|function|const) ${name}\\b`, 'm');
      const comment = above.exec(source)?.[1] ?? '';
      return [name, { comment, parameters: found ? (parameters === undefined ? '' : `<${parameters}>`) : undefined }];
    }),
  );
}

/**
 * For programs that are one file: the runtime with all that it needs, as files that the program writes to a temporary
 * folder. They lie to each other as the package's own do. CommonJS, because a bundle of either kind can require it.
 */
async function bundleStandalone() {
  const { build: bundle } = await import('rolldown');
  const piscina = path.dirname(createRequire(import.meta.url).resolve('piscina'));
  const inputs = [
    ['dist/package.js', 'bundle/index.js'],
    ['dist/sysmon-worker.js', 'sysmon-worker.js'],
    [path.join(piscina, 'worker.js'), 'bundle/worker.js'],
  ];
  // Names stay: stack traces are cut by them.
  const minify = { compress: true, mangle: false, codegen: { removeWhitespace: true } };
  for (const [input, output] of inputs) {
    await bundle({
      input: path.resolve(home, input),
      plugins: [constantFunctions],
      platform: 'node',
      external: ['@napi-rs/nice'],
      output: {
        file: path.join(home, 'dist/standalone', output),
        format: 'cjs',
        exports: 'named',
        minify,
        topLevelVar: false,
        codeSplitting: false,
      },
      logLevel: 'warn',
    });
  }
  const thread = "require('./index.js');\nmodule.exports = globalThis.__goroutines.install;\n";
  writeFileSync(path.join(home, 'dist/standalone/bundle/thread.cjs'), thread);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await build();
