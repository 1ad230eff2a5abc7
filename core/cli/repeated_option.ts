/** Takes the value of an option that may be repeated: all of them, in their order. */
export function collect(value: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), value];
}
