/** A word, once, to programs that capture much while they run. */
import { settings } from './settings.ts';

export function hintAtRegister(): void {
  if (!settings().hints) return;
  process.emitWarning(
    'captured variables of 1,000 goroutines were read while the program ran, some 0.1 ms each. ' +
      'Started with `node --import goroutines/register`, it reads them in no time. ' +
      'runtime.configure({ hints: false }) switches this off.',
    'GoroutinesHint',
  );
}
