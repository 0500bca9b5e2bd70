/** Puts the page into the document. */
import './fonts.css';
import './tokens.css';
import './base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Playground } from './playground.tsx';
import { App } from './shell/App.tsx';

export function mount(element: HTMLElement, playground: Playground): void {
  createRoot(element).render(
    <StrictMode>
      <App playground={playground} />
    </StrictMode>,
  );
}
