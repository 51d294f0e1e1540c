/** `goroutines/register` on a Node that runs hooks on a thread of their own: what runs on that thread. */
import type { LoadHook } from 'node:module';
import { isForUs, type Loaded, prepareAnswer, prepareTyped } from './register-load.ts';

export const load: LoadHook = async (url, context, nextLoad) => {
  if (!isForUs(url)) return nextLoad(url, context);
  let answer: Loaded;
  try {
    answer = await nextLoad(url, context);
  } catch (failure) {
    answer = prepareTyped(url, failure, false);
    return answer as Awaited<ReturnType<LoadHook>>;
  }
  return prepareAnswer(url, answer, false) as Awaited<ReturnType<LoadHook>>;
};
