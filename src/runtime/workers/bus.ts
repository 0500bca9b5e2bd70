/**
 * The bus between conductor and node workers: three calls, so that something else than a BroadcastChannel can stand behind
 * it. Channel names are unguessable per session; what arrives is checked all the same.
 */
export interface Bus<Out, In> {
  post(message: Out): void;
  listen(listener: (message: In) => void): void;
  close(): void;
}

interface Channel {
  postMessage(message: unknown): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  close(): void;
}

/** One direction of a BroadcastChannel. `accept` turns what arrives into a message, or null for a stranger's. */
export function channelBus<Out, In>(name: string, accept: (data: unknown) => In | null): Bus<Out, In> {
  const channel = new BroadcastChannel(name) as unknown as Channel;
  return {
    post: (message) => channel.postMessage(message),
    listen(listener) {
      channel.onmessage = ({ data }) => {
        const message = accept(data);
        if (message !== null) listener(message);
      };
    },
    close: () => channel.close(),
  };
}

/**
 * Where a group answers. A channel a group: to post one must hold the channel, and whoever holds it is sent what the
 * others post, so that one channel for all answers would cost n² deliveries a window.
 */
export function upChannel(session: string, group: number): string {
  return `${session}-up-${group}`;
}

/** Listens on many buses as if they were one. */
export function mergedBus<In>(buses: readonly Bus<never, In>[]): Bus<never, In> {
  return {
    post: () => undefined,
    listen: (listener) => {
      for (const bus of buses) bus.listen(listener);
    },
    close: () => {
      for (const bus of buses) bus.close();
    },
  };
}
