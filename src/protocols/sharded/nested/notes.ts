/** Which rule of the tree fired: constant texts of the trace. */
export const NOTE = {
  asks: 'coordinates the part of its parent: asks the leaves',
  gathered: 'all leaves of its parent voted YES: promises so to the upper level',
  refuses: 'a leaf of its parent does not promise: votes NO for the parent',
  passesWound: 'an older transaction waits for this one, which is promised: asks the upper level',
} as const;
