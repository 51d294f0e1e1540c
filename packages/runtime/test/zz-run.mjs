// scratch
import { go, runtime } from 'goroutines';
const [, , file, name, procs = '1', filter = ''] = process.argv;
const programs = (await import(new URL(file, import.meta.url)))[name];
runtime.configure({ procs: Number(procs) });
const inGoroutine = (operation) => operation;
function inGoroutine2(operation) { return operation; }
for (const [key, program] of Object.entries(programs)) {
  if (!key.includes(filter)) continue;
  const start = performance.now();
  try { await go(program, inGoroutine2); console.log('ok  ', key, (performance.now() - start).toFixed(0)); }
  catch (error) { console.log('FAIL', key, error); }
}
