/** The library is loaded where a store is set, which must not become everybody's. */
import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage();
globalThis.storage = storage;

export const programs = {
  async loadedInside() {
    const { go, runtime, sleep } = await storage.run('of the loader', () => import('goroutines'));
    runtime.configure({ procs: 0 });
    const stores = [];
    function* seen() {
      stores.push(globalThis.storage.getStore());
      yield* sleep(1);
      stores.push(globalThis.storage.getStore());
    }
    await go.local(seen);
    await storage.run('its own', () => go.local(seen));
    await go(() => globalThis.storage.getStore()).then((store) => stores.push(store));
    console.log(stores);
  },
};
