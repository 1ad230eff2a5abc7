import { HostOperationError, type HostOperations } from "../../script/host/host_operations.ts";
import { readTags } from "./cache_directive.ts";

/** Lets go of all answers of a site that have one of the tags, wherever they are kept. Resolves when that is done. */
export type PurgeEverywhere = (site: string, tags: readonly string[]) => Promise<void>;

/** `cache.purge` of a site's scripts; tags come as JSON. */
export function purgeOperation(site: string, purge: PurgeEverywhere): HostOperations {
  return {
    async purgeCache(json) {
      const tags = readTags(json);
      if (tags === undefined) throw new HostOperationError("TypeError", "cache.purge: those are no tags");
      try {
        await purge(site, tags);
      } catch (error) {
        throw new HostOperationError("Error", `cache.purge: ${(error as Error).message}`);
      }
      return "";
    },
  };
}
