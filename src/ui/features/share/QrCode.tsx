/** A link as a QR code, dark on light in either theme: scanners want it so. */
import { useMemo } from 'react';
import { encode } from 'uqr';

/** What version 40 holds with the least correction (ISO/IEC 18004, table 7), bytes. */
const BYTES_MAX = 2953;
/** Light modules around it, as the standard asks. */
const QUIET = 4;

export function fitsQrCode(text: string): boolean {
  return new TextEncoder().encode(text).length <= BYTES_MAX;
}

export function QrCode({
  text,
  label,
  className,
}: {
  readonly text: string;
  readonly label: string;
  readonly className?: string | undefined;
}) {
  const { size, path } = useMemo(() => modulesOf(text), [text]);
  return (
    <svg
      className={className}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

/** The dark modules as one path, in units of a module; the quiet zone is part of the size. */
export function modulesOf(text: string): { readonly size: number; readonly path: string } {
  const { data, size } = encode(text, { ecc: 'L', border: QUIET });
  const runs: string[] = [];
  data.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (row[x] !== true) continue;
      const start = x;
      while (row[x + 1] === true) x++;
      runs.push(`M${start} ${y}h${x - start + 1}v1h${start - x - 1}z`);
    }
  });
  return { size, path: runs.join('') };
}
