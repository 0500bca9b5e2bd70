/** The page's controls by role and accessible name, as people and screen readers find them. */
import type { Locator, Page } from '@playwright/test';

/** Everything here is part of the contract: a renamed handle is a change that users notice. */
export function handlesOf(page: Page) {
  const network = page.getByRole('region', { name: 'Network' });
  const inspector = page.getByRole('region', { name: 'Inspector' });
  const button = (name: string | RegExp): Locator => page.getByRole('button', { name, exact: true });
  return {
    network,
    inspector,
    play: button('Play'),
    pause: button('Pause'),
    step: button('Step'),
    reset: button('Reset'),
    share: button('Share'),
    snapshot: button('Snapshot'),
    live: button('Live'),
    help: button('Help'),
    deselect: inspector.getByRole('button', { name: 'Deselect' }),
    scenario: page.getByRole('combobox', { name: 'Scenario', exact: true }),
    protocol: page.getByRole('combobox', { name: 'Protocol' }),
    validators: page.getByRole('combobox', { name: 'Validators' }),
    speed: page.getByRole('combobox', { name: 'Speed' }),
    timeline: page.getByRole('slider', { name: 'Timeline' }),
    status: page.getByRole('status'),
    /** The visible line at the foot: time, height, view, checks, notices. */
    line: page.getByRole('contentinfo'),
    alert: page.getByRole('alert'),
    /** The button of one node, whatever its state. */
    node: (id: string): Locator => network.getByRole('button', { name: new RegExp(`^${id}, `) }),
    /** A tab of the rail or of the views. */
    tab: (name: string): Locator => page.getByRole('tab', { name }),
    panel: (name: string): Locator => page.getByRole('region', { name, exact: true }),
    /** Chooses a fault in the menu of the selected node. */
    async causeFault(label: string): Promise<void> {
      await inspector.getByRole('button', { name: 'Faults' }).click();
      await page
        .getByRole('menuitem', { name: new RegExp(`^${label}(?! [a-z]+ the)\\b`) })
        .first()
        .click();
    },
    /** What the inspector's overview says behind a term. */
    fact: (term: string): Locator =>
      inspector.locator('dt', { hasText: new RegExp(`^${term}$`) }).locator('xpath=following-sibling::dd[1]'),
  };
}
