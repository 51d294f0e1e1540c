/** What may stand before the first statement: a byte order mark, comments, directives, white space. */
const preamble = /^(?:\uFEFF|\s|\/\/.*|\/\*[\s\S]*?\*\/|(?:'use [\w ]+'|"use [\w ]+");?|#!.*)+/;

/** Whether a text has the syntax of an ES module, where neither name nor package tell. */
export function looksLikeModule(source: string): boolean {
  return /^[ \t]*(?:import|export)\b(?!\s*[(.=])/m.test(source.replace(preamble, ''));
}
