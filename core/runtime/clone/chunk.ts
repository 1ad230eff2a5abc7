import type { ChunkContext } from "../chunks.ts";
import { createStructuredClone } from "./structured_clone.ts";

/** What the chunk `forms` gives for this one. */
interface BlobCloner {
  cloneBlob?(value: object): object | undefined;
}

/** `structuredClone`; Blobs are known when their chunk is loaded, without it there are none. */
export function create({ chunks }: ChunkContext) {
  const structuredClone = createStructuredClone((value) =>
    (chunks.loaded("forms") as BlobCloner | undefined)?.cloneBlob?.(value),
  );
  return { globals: { structuredClone } };
}
