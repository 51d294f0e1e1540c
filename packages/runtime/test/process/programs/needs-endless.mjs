import { nothing } from './endless.mjs';

export const useUnloadable = () => nothing;
