import type { ChunkContext } from "../chunks.ts";
import { GuestTracer, type TracerParts } from "./guest_tracer.ts";

/** What only a request that is traced needs. */
export function create(context: ChunkContext) {
  return { globals: {}, createTracer: (parts: TracerParts) => new GuestTracer(context, parts) };
}
