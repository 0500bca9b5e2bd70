/** Searching for violations, and the gallery of broken variants. */
import { useState } from 'react';
import { Section } from '../../components/Section.tsx';
import { Gallery } from './Gallery.tsx';
import { SearchForm } from './SearchForm.tsx';
import { SearchResult } from './SearchResult.tsx';
import { PRESENT } from './selectors.ts';

export function ExplorePanel() {
  const [target, setTarget] = useState(PRESENT);
  return (
    <>
      <Section title="Search" id="explore-search">
        <SearchForm target={target} onTarget={setTarget} />
        <SearchResult />
      </Section>
      <Section title="Broken variants" id="explore-gallery">
        <Gallery onSearch={setTarget} />
      </Section>
    </>
  );
}
