/** SVG as text. Whatever comes from a scenario passes through `escaped`. */

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** `<name a="1">inner</name>`; attributes without a value are left out. `inner` is markup already. */
export function tag(name: string, attributes: Attributes, inner = ''): string {
  const pairs = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(typeof value === 'number' ? rounded(value) : value)}"`],
  );
  return inner === '' ? `<${name}${pairs.join('')}/>` : `<${name}${pairs.join('')}>${inner}</${name}>`;
}

/** Text for an element or attribute. Characters that XML 1.0 does not know become U+FFFD. */
export function escaped(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(FORBIDDEN, '\ufffd')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Hundredths of a px are enough. */
function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}
