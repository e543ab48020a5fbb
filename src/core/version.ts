/** True when a version like `22.3.0` or `23.5.10-1234` is that one or newer: compared number by number, the rest ignored. */
export const isAtLeast = (version: string, least: string): boolean => {
  const [own, wanted] = [version, least].map((text) => (text.split('-')[0] ?? '').split('.').map(Number));
  for (const [i, part] of (wanted ?? []).entries()) {
    const mine = own?.[i] ?? 0;
    if (Number.isNaN(mine)) return false;
    if (mine !== part) return mine > part;
  }
  return true;
};
