/** Functions inside values (captured ones above all): how the codec writes them down and makes them again. */
import { setFunctionHook } from '../codec/functions.ts';
import { PendingValue } from '../codec/pending.ts';
import { definitionOf, failureOf, functionOf, loadNumber, locatedCaptures, numberOf } from './function-table.ts';

export function installFunctionHook(): void {
  setFunctionHook({
    encode(fn) {
      const functionNumber = numberOf(fn, 'copy of a function');
      return { functionNumber, captures: locatedCaptures };
    },
    decode(functionNumber, captures) {
      const loaded = functionOf(functionNumber);
      if (loaded === undefined) {
        const failure = failureOf(functionNumber);
        if (failure !== undefined) throw failure;
        throw new PendingValue(
          `function '${definitionOf(functionNumber).name}' is not loaded on this thread yet`,
          loadNumber(functionNumber),
        );
      }
      return loaded.with(captures);
    },
  });
}
