/** The single-algorithm files of liboqs, which ship without types: an Emscripten module factory each. */
declare module '@openforge-sh/liboqs/dist/*' {
  import type { LiboqsModule } from './liboqs.ts';
  const open: (options?: {
    print?: (text: string) => void;
    printErr?: (text: string) => void;
  }) => Promise<LiboqsModule>;
  export default open;
}
