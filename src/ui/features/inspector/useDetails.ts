/** Answers of the session about what is selected. */
import { useEffect, useState } from 'react';
import type { NodeDetails } from '../../../session/api.ts';
import type { MessageDetails } from '../../../session/view.ts';
import { useCalmFrame, usePlayground } from '../../playground.tsx';

/** While playing a node is asked this often. */
const PER_SECOND = 4;

/** What a node knows where the run has got to; null until the first answer, and for an unknown node. */
export function useNodeDetails(id: string | null): NodeDetails | null {
  const { session } = usePlayground();
  const frame = useCalmFrame(PER_SECOND);
  const [details, setDetails] = useState<NodeDetails | null>(null);
  const head = frame?.head ?? 0;
  const faults = frame?.faults;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again whenever the run has moved or a fault changed.
  useEffect(() => {
    if (id === null) return;
    let stale = false;
    session.node(id).then(
      (answer) => {
        if (!stale) setDetails(answer);
      },
      // A node that is gone after a reload has nothing to say; the panel shows what the trace knows.
      () => undefined,
    );
    return () => {
      stale = true;
    };
  }, [session, id, head, faults]);
  return details;
}

export type MessageAnswer =
  | { readonly state: 'loading' }
  | { readonly state: 'gone' }
  | { readonly state: 'here'; readonly message: MessageDetails };

/** A message in full; asked again while copies of it may still arrive. */
export function useMessage(id: string): MessageAnswer {
  const { session } = usePlayground();
  const frame = useCalmFrame(2);
  const [answer, setAnswer] = useState<MessageAnswer>({ state: 'loading' });
  const settled =
    answer.state === 'here' && answer.message.copies.every((copy) => copy.fate !== 'in flight' && copy.fate !== 'held');
  const moment = settled ? 0 : (frame?.playhead ?? 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `moment` is when to ask again.
  useEffect(() => {
    let stale = false;
    session
      .view()
      .message(id)
      .then(
        (message) => {
          if (!stale) setAnswer(message === null ? { state: 'gone' } : { state: 'here', message });
        },
        () => {
          if (!stale) setAnswer({ state: 'gone' });
        },
      );
    return () => {
      stale = true;
    };
  }, [session, id, moment]);
  return answer;
}
