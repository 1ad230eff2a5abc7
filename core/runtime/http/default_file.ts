/** Decoded path below the root, "" when the path cannot name a file there (`core/files/file_path.ts` decides for good). */
export function defaultFile(root: string, path: string): string {
  if (root === "") return "";
  if (!path.includes("%")) return root + path;
  if (/%2f/i.test(path)) return "";
  try {
    return root + decodeURIComponent(path);
  } catch {
    return "";
  }
}
