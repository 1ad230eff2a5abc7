import { inspectSymbol } from "../console/inspect_symbol.ts";
import { finishClass, requireArguments, toDictionary, toUSVString } from "../language/web_idl.ts";
import { assembleBlob, Blob, type BlobPart, isBlob } from "./blob.ts";
import { type BlobPropertyBag, toBlobOptions, toBlobParts } from "./blob_arguments.ts";
import { BlobContent } from "./blob_content.ts";
import { toLongLong } from "./numbers.ts";

export interface FilePropertyBag extends BlobPropertyBag {
  lastModified?: number;
}

const { now } = Date;

let hasName: (value: unknown) => value is File;
let nameOf: (file: File) => string;
let lastModifiedOf: (file: File) => number;

/** The File class of the File API. */
export class File extends Blob {
  readonly #name: string;
  readonly #lastModified: number;

  /** The runtime itself passes a `BlobContent`. */
  constructor(bits: Iterable<BlobPart> | BlobContent, name: string, options: FilePropertyBag | null = null) {
    // biome-ignore lint/complexity/noArguments: Web IDL counts the arguments given
    requireArguments(arguments.length, 2, "new File");
    // In the order of Web IDL, which scripts can see: parts, name, the options by inheritance and alphabet.
    const parts = bits instanceof BlobContent ? undefined : toBlobParts(bits, isBlob);
    const validName = toUSVString(name);
    const bag = toDictionary<FilePropertyBag>(options, "new File");
    const blobOptions = toBlobOptions(bag);
    const { lastModified } = bag;
    const time = lastModified === undefined ? now() : toLongLong(lastModified);
    super(parts === undefined ? (bits as BlobContent) : assembleBlob(parts, blobOptions));
    this.#name = validName;
    this.#lastModified = time;
  }

  get name(): string {
    return this.#name;
  }

  get lastModified(): number {
    return this.#lastModified;
  }

  override [inspectSymbol](): Record<string, unknown> {
    return { size: this.size, type: this.type, name: this.#name, lastModified: this.#lastModified };
  }

  static {
    hasName = (value): value is File => typeof value === "object" && value !== null && #name in value;
    nameOf = (file) => file.#name;
    lastModifiedOf = (file) => file.#lastModified;
  }
}

finishClass(File, "File", ["name", "lastModified"]);

/** Whether a value is a File, whatever its prototype says. */
export const isFile = hasName!;
/** The members, whatever scripts made of the getters. */
export const fileName = nameOf!;
export const fileLastModified = lastModifiedOf!;
