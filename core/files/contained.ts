/**
 * Whether a path is one of the folders or lies below one. Compares text, so the paths must be absolute and
 * without dot segments; real paths where symbolic links matter.
 */
export function isWithin(folders: readonly string[], path: string): boolean {
  for (let i = 0; i < folders.length; i++) if (isBelow(folders[i]!, path)) return true;
  return false;
}

/** `/srv/www` holds `/srv/www` and `/srv/www/a`, but not `/srv/www2`. */
function isBelow(folder: string, path: string): boolean {
  const length = folder.endsWith("/") ? folder.length - 1 : folder.length;
  if (!path.startsWith(length === folder.length ? folder : folder.slice(0, length))) return false;
  return path.length === length || path.charCodeAt(length) === 0x2f;
}
