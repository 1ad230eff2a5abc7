import {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableByteStreamController,
  ReadableStream,
  ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  TransformStream,
  TransformStreamDefaultController,
  WritableStream,
  WritableStreamDefaultController,
  WritableStreamDefaultWriter,
} from "web-streams-polyfill";
import type { ChunkContext } from "../chunks.ts";
import type { Content } from "../http/content.ts";
import { makeStream, sealStream, sourceOf } from "./made_stream.ts";
import { readAll } from "./read_all.ts";
import { hideInternals, isDisturbed, isLocked, isReadableStream, tee } from "./stream_state.ts";
import { StreamWriters } from "./stream_writers.ts";
import { decodeStream, TextDecoderStream } from "./text_decoder_stream.ts";
import { TextEncoderStream } from "./text_encoder_stream.ts";

export type StreamsChunk = ReturnType<typeof create>;

/** The classes of the Streams standard, and what bodies need of them. */
export function create(context: ChunkContext) {
  hideInternals();
  return {
    globals: {
      ByteLengthQueuingStrategy,
      CountQueuingStrategy,
      ReadableByteStreamController,
      ReadableStream,
      ReadableStreamBYOBReader,
      ReadableStreamBYOBRequest,
      ReadableStreamDefaultController,
      ReadableStreamDefaultReader,
      TextDecoderStream,
      TextEncoderStream,
      TransformStream,
      TransformStreamDefaultController,
      WritableStream,
      WritableStreamDefaultController,
      WritableStreamDefaultWriter,
    },
    isReadableStream,
    isDisturbed,
    isLocked,
    tee,
    /** A byte stream that hands out the content when it is read; its content is known as long as nobody reads. */
    streamOf: (content: NonNullable<Content>) => makeStream(content, context),
    /** What a stream made by `streamOf` was made of; undefined for other streams. */
    sourceOf,
    /** The content has gone another way: to scripts the stream looks read and locked. */
    seal: sealStream,
    /** All bytes of a stream, which stays locked. Rejects with a TypeError when a piece is not a Uint8Array. */
    readAll,
    decode: decodeStream,
    /** Streams on their way to the host. */
    writers: new StreamWriters(context),
  };
}
