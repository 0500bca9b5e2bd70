/** The single-algorithm files of liboqs, which ship without types: an Emscripten module factory each, and its WebAssembly. */
declare module '@openforge-sh/liboqs/dist/*.min.js' {
  import type { LiboqsModule } from './liboqs.ts';
  const open: (options: {
    print: (text: string) => void;
    printErr: (text: string) => void;
    instantiateWasm: (imports: object, done: (instance: object) => void) => void;
  }) => Promise<LiboqsModule>;
  export default open;
}

declare module '@openforge-sh/liboqs/dist/*.wasm' {
  /** Base64. */
  const binary: string;
  export default binary;
}
