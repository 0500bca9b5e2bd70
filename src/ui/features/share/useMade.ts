/** Something that takes a moment to make: its value, or why there is none. Making again forgets what came before. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { errorText } from '../../playground.tsx';

export interface Made<T> {
  readonly value: T | null;
  readonly problem: string | null;
  readonly busy: boolean;
  again(): void;
}

/** `make` is called when it changes (keep it with useCallback) and on `again`. */
export function useMade<T>(make: () => Promise<T>): Made<T> {
  const [state, setState] = useState<Omit<Made<T>, 'again'>>({ value: null, problem: null, busy: true });
  const turn = useRef(0);
  const again = useCallback(() => {
    const mine = ++turn.current;
    setState({ value: null, problem: null, busy: true });
    const settle = (next: Omit<Made<T>, 'again'>) => {
      if (turn.current === mine) setState(next);
    };
    make().then(
      (value) => settle({ value, problem: null, busy: false }),
      (error: unknown) => settle({ value: null, problem: errorText(error), busy: false }),
    );
  }, [make]);
  useEffect(() => {
    again();
    return () => {
      turn.current++;
    };
  }, [again]);
  return { ...state, again };
}
