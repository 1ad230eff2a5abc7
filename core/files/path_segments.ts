/** `//`, `/./`, `/../`, or `/.` and `/..` at the end. */
const IRREGULAR_SEGMENT = /\/\.{0,2}\/|\/\.{1,2}$/;

/** Whether a path has empty, `.` or `..` segments, so that it is not the only spelling of what it names. */
export function hasIrregularSegments(path: string): boolean {
  return IRREGULAR_SEGMENT.test(path);
}
