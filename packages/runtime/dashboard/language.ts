/**
 * The language in which numbers are written, before the charts' library asks for it as it is loaded: a browser that was started with
 * `LANG=C` says `en-US@posix`, which is none to `Intl`, and there was no page but an error.
 */
try {
  Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US' });
}
