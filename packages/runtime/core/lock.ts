import { compareExchange, exchange, notify, waitWhile } from './memory.ts';

const FREE = 0;
const HELD = 1;
const CONTENDED = 2;
const SPINS = 200;
const SLEEP_MILLISECONDS = 10;

// @ts-ignore: decorator
@inline
export function lock(address: i32): void {
  if (compareExchange(address, FREE, HELD) !== FREE) lockContended(address);
}

function lockContended(address: i32): void {
  for (let spin = 0; spin < SPINS; spin++) {
    if (compareExchange(address, FREE, HELD) === FREE) return;
  }
  while (exchange(address, CONTENDED) !== FREE) waitWhile(address, CONTENDED, SLEEP_MILLISECONDS);
}

// @ts-ignore: decorator
@inline
export function unlock(address: i32): void {
  if (exchange(address, FREE) === CONTENDED) notify(address, 1);
}
