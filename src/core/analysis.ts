/** One traffic analysis as help and the registry know it; its `of` turns gathered rows into a result (src/analytics). */
export interface Analysis {
  readonly id: string;
  readonly about: string;
}
