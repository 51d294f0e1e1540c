/**
 * Node's timers as they were when this was loaded. The scheduler must go on while a test has replaced those of the
 * process by a clock of its own (`vi.useFakeTimers()`), and what it has asked for must not be lost when that ends.
 */
export const { setImmediate, setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;

/** The most that `setTimeout` takes, in milliseconds: 24.8 days. What is longer it takes for 1. */
export const LONGEST_TIMEOUT = 0x7fffffff;
