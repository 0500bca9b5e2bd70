/**
 * The code editor in a shadow tree: CodeMirror then keeps its styles in sheets that the page's content security policy allows,
 * and its class names to itself.
 */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, redo, undo } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { linter, lintGutter, lintKeymap } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { completionsFrom, diagnosticsOf } from './assist.ts';
import type { Schema } from './schema.ts';

const LINT_DELAY_MS = 250;

/** The page's tokens reach into the shadow tree. */
const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'var(--surface-sunken)', fontSize: '12px' },
  '.cm-content': { fontFamily: 'var(--font-mono)', caretColor: 'var(--ink)' },
  '.cm-gutters': {
    backgroundColor: 'var(--surface-sunken)',
    color: 'var(--ink-3)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--ink) 5%, transparent)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--phase-propose) 28%, transparent) !important',
  },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-tooltip': { backgroundColor: 'var(--surface-raised)', color: 'var(--ink)', border: '1px solid var(--line)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--ink)', color: 'var(--ink-inverse)' },
  '.cm-completionInfo': { maxWidth: '24rem' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--phase-propose)' },
  { tag: tags.string, color: 'var(--phase-first)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--phase-cross)' },
]);

export interface ScenarioEditorView {
  readonly view: EditorView;
  /** Replaces the whole text as one step that can be undone. */
  replace(text: string): void;
  undo(): void;
  redo(): void;
  close(): void;
}

interface Options {
  readonly host: HTMLElement;
  readonly text: string;
  readonly schema: Schema;
  readonly onChange: (text: string) => void;
  /** A file was dropped on it. */
  readonly onFile: (file: File) => void;
}

export function createEditor({ host, text, schema, onChange, onFile }: Options): ScenarioEditorView {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const view = new EditorView({
    root,
    parent: root as unknown as Element,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        foldGutter(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        json(),
        syntaxHighlighting(colours),
        lintGutter(),
        linter(({ state }) => diagnosticsOf(state), { delay: LINT_DELAY_MS }),
        autocompletion({ override: [completionsFrom(schema)] }),
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...foldKeymap,
          ...completionKeymap,
          ...lintKeymap,
        ]),
        EditorView.contentAttributes.of({ 'aria-label': 'Scenario as JSON' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
        EditorView.domEventHandlers({
          drop: (event) => {
            const file = event.dataTransfer?.files[0];
            if (file === undefined) return false;
            event.preventDefault();
            onFile(file);
            return true;
          },
        }),
        theme,
      ],
    }),
  });
  const replace = (next: string) =>
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next }, userEvent: 'input' });
  return {
    view,
    replace,
    undo: () => void undo(view),
    redo: () => void redo(view),
    close: () => view.destroy(),
  };
}
