/** The code editor with the present scenario in it, made once the schema is there. */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { errorText, usePlayground } from '../../../playground.tsx';
import { createEditor, type ScenarioEditorView } from './createEditor.ts';
import type { Schema } from './schema.ts';

const SCHEMA_URL = './testnet-scenario-1.schema.json';
const FILE_BYTES_MAX = 1 << 20;

export interface EditorHandle {
  readonly text: string;
  /** What went wrong beside the text itself. */
  readonly problem: string | null;
  readonly editor: RefObject<ScenarioEditorView | null>;
  setProblem(problem: string | null): void;
  /** Puts a file's text in place of what is there, as one step that can be undone. */
  take(file: File | undefined): void;
}

export function useEditor(host: RefObject<HTMLDivElement | null>): EditorHandle {
  const { session } = usePlayground();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const editor = useRef<ScenarioEditorView | null>(null);
  const take = useCallback((file: File | undefined) => {
    if (file === undefined) return;
    if (file.size > FILE_BYTES_MAX) return setProblem(`${file.name} is larger than a scenario may be (1 MiB)`);
    file.text().then(
      (content) => {
        setProblem(null);
        editor.current?.replace(content);
      },
      (error: unknown) => setProblem(errorText(error)),
    );
  }, []);
  useEffect(() => {
    let left = false;
    const open = async () => {
      const [scenario, schema] = await Promise.all([session.scenario(), readSchema()]);
      if (left || host.current === null) return;
      const first = `${JSON.stringify(scenario, null, 2)}\n`;
      setText(first);
      editor.current = createEditor({ host: host.current, text: first, schema, onChange: setText, onFile: take });
    };
    open().catch((error: unknown) => setProblem(errorText(error)));
    return () => {
      left = true;
      editor.current?.close();
      editor.current = null;
    };
  }, [session, host, take]);
  return { text, problem, editor, setProblem, take };
}

/** Without the published schema (offline, moved) there is no completion; everything else works. */
async function readSchema(): Promise<Schema> {
  try {
    const response = await fetch(SCHEMA_URL);
    return response.ok ? ((await response.json()) as Schema) : {};
  } catch {
    return {};
  }
}
