import { factor } from './not-on-main.mjs';

export const multiply = (number) => factor * number;
