/** Whether a text has the syntax of an ES module, where neither name nor package tell. */
export function looksLikeModule(source: string): boolean {
  return /^[ \t]*(?:import|export)\b(?!\s*[(.=])/m.test(source);
}
