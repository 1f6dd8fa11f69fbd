/** What a source gave; `tag` recognises it when asked again. */
export interface Fetched {
  packed: Uint8Array;
  tag?: string;
}

/** Where bundles come from. */
export interface Source {
  kind: 'file' | 'folder' | 'url';
  /** Path, or address without its query: it is logged. */
  name: string;
  /**
   * The bundle there is, or undefined when it is the one with this tag.
   * @throws BundleRefusal `source_…` or `too_large`
   */
  fetch(known: string | undefined, signal: AbortSignal): Promise<Fetched | undefined>;
}
