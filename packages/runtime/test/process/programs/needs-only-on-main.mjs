import { factor } from './only-on-main.mjs';

export const triple = (number) => factor * number;
