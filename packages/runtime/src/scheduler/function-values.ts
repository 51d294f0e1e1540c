/** Functions inside values (captured ones above all): how the codec writes them down and makes them again. */
import { setFunctionHook } from '../codec/functions.ts';
import { PendingValue } from '../codec/pending.ts';
import { CaptureError } from '../errors.ts';
import { MAXIMUM_FUNCTIONS } from '../memory/layout.ts';
import { definitionOf } from './function-block.ts';
import { failureOf, functionOf, loadNumber, locatedCaptures, numberOf } from './function-table.ts';

/** Proxies of objects on other threads are functions to JavaScript, but what goes along is what they are made of: see `sync/proxy.ts`. */
export interface RemoteHook {
  lineOf(value: object): unknown[] | undefined;
  make(line: unknown[]): Function;
}

const NOT_AT_ONCE =
  'a thread has to load it first, and must have this value without waiting. Keep data only, import the function where it is used, or use proxy(value).';

let remoteHook: RemoteHook | undefined;
/** In the place of a function's number; no function has it. */
const REMOTE = MAXIMUM_FUNCTIONS;

export function setRemoteHook(hook: RemoteHook): void {
  remoteHook = hook;
}

export function installFunctionHook(): void {
  setFunctionHook({
    encode(fn, atOnce) {
      const line = remoteHook?.lineOf(fn);
      if (line !== undefined) return { functionNumber: REMOTE, captures: line };
      if (atOnce) throw new CaptureError(NOT_AT_ONCE);
      const functionNumber = numberOf(fn, 'copy of a function', 'value');
      return { functionNumber, captures: locatedCaptures };
    },
    decode(functionNumber, captures) {
      if (functionNumber === REMOTE) return remoteHook!.make(captures!);
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
