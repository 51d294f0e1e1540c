/**
 * Where functions inside a value get their number: a hook, so that the codec does not import the layer that knows
 * how a function is carried to another thread.
 *
 * `encode` may throw CaptureError, which becomes a DataCloneError with the path to the function. `decode` may throw
 * PendingValue, but not for what was encoded with `atOnce`. Functions that capture each other cannot all exist before one of them: an entry of `captures` that
 * stands for a function still being made is filled in after `decode` has returned, so the hook keeps the array it is
 * given and reads it when the function runs.
 */
export interface FunctionHook {
  encode(fn: Function, atOnce: boolean): { functionNumber: number; captures: unknown[] | null };
  decode(functionNumber: number, captures: unknown[] | null): Function;
}

export let functionHook: FunctionHook | undefined;

export function setFunctionHook(hook: FunctionHook | undefined): void {
  functionHook = hook;
}
