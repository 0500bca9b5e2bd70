/** The mark of a phase as on the network's canvas, inline: same shape, colour and letter. */
import type { PhaseRole } from '../../protocols/protocol.ts';
import { PHASES, type Shape } from '../lib/phases.ts';

export function PhaseGlyph({ phase, size = 14 }: { readonly phase: PhaseRole; readonly size?: number }) {
  const { shape, token, letter } = PHASES[phase];
  const colour = `var(${token})`;
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      style={{ flex: 'none', overflow: 'visible' }}
    >
      <Outline shape={shape} colour={colour} />
      {letter !== '' && (
        <text
          x="8"
          y={shape === 'triangle' ? 12.6 : 11.3}
          textAnchor="middle"
          fontSize={shape === 'triangle' || shape === 'ring' ? 8 : 9.2}
          fontWeight="700"
          fill={shape === 'ring' ? colour : 'var(--ink-inverse)'}
        >
          {letter}
        </text>
      )}
    </svg>
  );
}

function Outline({ shape, colour }: { readonly shape: Shape; readonly colour: string }) {
  switch (shape) {
    case 'square':
      return <rect x="1" y="1" width="14" height="14" rx="2" fill={colour} />;
    case 'triangle':
      return <path d="M8 .5 16 14.500H0Z" fill={colour} strokeLinejoin="round" />;
    case 'diamond':
      return <path d="M8-.5 16.5 8 8 16.5-.5 8Z" fill={colour} />;
    case 'ring':
      return (
        <g fill="none" stroke={colour} strokeWidth="1.2">
          <circle cx="8" cy="8" r="7.3" />
          <circle cx="8" cy="8" r="5.1" />
        </g>
      );
    case 'padlock':
      return <path d="M2 7h12v8H2ZM4.5 7V5a3.5 3.5 0 0 1 7 0v2" fill={colour} stroke={colour} />;
    case 'dash':
      return <rect x="2" y="6.8" width="12" height="2.4" rx="1.2" fill={colour} />;
    default:
      return <circle cx="8" cy="8" r="7.5" fill={colour} />;
  }
}
