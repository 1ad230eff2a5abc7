import type { CompressionConfig, SiteConfig } from "../config/config.ts";
import { type FileServices, SiteFiles } from "../files/site_files.ts";

/** The files a site may send and its scripts may see: those below its root and the folders it is allowed. */
export function createSiteFiles(
  { root, allow, files }: SiteConfig,
  { encodings }: CompressionConfig,
  services: FileServices,
): SiteFiles {
  const folders = [...(root === undefined ? [] : [root]), ...allow.files];
  const { symlinks, precompressed, compress } = files;
  return new SiteFiles({ folders, symlinks, precompressed, compress, encodings }, services);
}
