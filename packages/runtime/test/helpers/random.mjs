/** Random numbers that can be had again: a seed is printed by whoever uses them, and taken from SEED. */

/** The seed of this run. */
export function seed() {
  return Number(process.env.SEED ?? Math.floor(Math.random() * 0x7fffffff));
}

/** A generator of numbers from 0 to below `limit`: xorshift of 32 bits. */
export function randomNumbers(from) {
  let state = from | 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** A string of up to 300 characters out of all of Unicode. */
export function randomText(random) {
  const length = random(301);
  const codes = new Array(length);
  // Some texts of one kind only, since each kind is stored in its own way.
  const limit = [0x80, 0x100, 0x10000, 0x110000][random(4)];
  for (let index = 0; index < length; index++) {
    let code = random(limit);
    if (code >= 0xd800 && code < 0xe000) code += 0x800; // A lone surrogate is no character.
    codes[index] = code;
  }
  return String.fromCodePoint(...codes);
}

/** An object with objects and lists inside, of changing shape. */
export function randomObject(random, depth = 3) {
  const object = { id: random(0x7fffffff), text: randomText(random).slice(0, 20) };
  if (depth === 0) return object;
  switch (random(5)) {
    case 0:
      object.list = Array.from({ length: random(5) }, () => randomObject(random, depth - 1));
      break;
    case 1:
      object.map = new Map([[random(10), randomObject(random, depth - 1)]]);
      break;
    case 2:
      object[`key${random(100)}`] = random(2) === 0 ? null : undefined;
      object.inner = randomObject(random, depth - 1);
      break;
    case 3:
      object.big = BigInt(random(0x7fffffff)) ** BigInt(random(10)) * (random(2) === 0 ? 1n : -1n);
      object.date = new Date(random(0x7fffffff) * 1000);
      object.set = new Set([random(10), `${random(10)}`]);
      break;
    default:
      object.float = random(0x7fffffff) / (random(1000) + 1);
      object.bytes = Uint8Array.from({ length: random(20) }, () => random(256));
      object.nothing = [Number.NaN, -0, Number.POSITIVE_INFINITY, undefined, null, true];
  }
  return object;
}
