/** Colour tokens as plain colours, for pictures that leave the page and its style sheet. */

/** Meanings from tokens.css that pictures use. */
export const PICTURE_TOKENS = [
  '--surface-panel',
  '--surface-raised',
  '--line',
  '--line-strong',
  '--ink',
  '--ink-2',
  '--ink-3',
  '--ink-inverse',
  '--phase-propose',
  '--phase-first',
  '--phase-second',
  '--phase-third',
  '--phase-change',
  '--phase-cross',
  '--phase-sync',
  '--phase-client',
  '--role-leader',
  '--fault-crash',
  '--fault-byzantine',
  '--fault-cut',
  '--verdict-violated',
] as const;

/** `rgb(…)` by token. */
export type Colours = Readonly<Record<string, string>>;

/** Resolves the tokens in force for `element`, `light-dark()` included. */
export function readColours(element: HTMLElement): Colours {
  const probe = document.createElement('span');
  probe.hidden = true;
  element.append(probe);
  const colours = PICTURE_TOKENS.map((token) => {
    probe.style.color = `var(${token})`;
    return [token, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  return Object.fromEntries(colours);
}
