/** The items of a list that could be read, each with its index: those that had a fault are undefined. */
export function present<T>(items: readonly (T | undefined)[] | undefined): [T, number][] {
  const found: [T, number][] = [];
  for (const [index, item] of (items ?? []).entries()) if (item !== undefined) found.push([item, index]);
  return found;
}

/** The items that could be read. */
export function values<T>(items: readonly (T | undefined)[] | undefined): T[] {
  return present(items).map(([item]) => item);
}
