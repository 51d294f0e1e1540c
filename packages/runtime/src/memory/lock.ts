/**
 * A lock is one word: 0 free, 1 held, 2 held and somebody may be sleeping on it.
 *
 * Taking a free one is one compare-exchange, giving back an uncontended one is one exchange. A taker spins for some
 * rounds first, since critical sections are tens of words; then it marks the word 2 and sleeps in the kernel. Whoever
 * gives a lock back in state 2 wakes one sleeper; the sleeper takes it in state 2 again, because it cannot know whether
 * others still sleep. So a wake-up is at worst superfluous, never lost. The sleep is bounded all the same, which costs
 * nothing and would turn an error here into slowness.
 *
 * Rules: no user code, no allocation of JavaScript objects and no second lock inside, except where "Locks" in
 * docs/architecture.md names the pair (select: objects in order of address).
 */
export { lock, unlock } from './core.ts';
