/** A part of the page with a height of its own, so that nothing below it jumps; the keyboard can scroll it. */
import type { ComponentChildren } from 'preact';

export function Scroll(props: { label: string; kind?: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: not every browser lets the keyboard reach what scrolls
    <section class={`scroll ${props.kind ?? ''}`} tabIndex={0} aria-label={props.label}>
      {props.children}
    </section>
  );
}
