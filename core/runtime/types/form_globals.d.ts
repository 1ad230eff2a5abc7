/** Blob, File and FormData: bytes with a type, and what forms are made of. Part of `lodestone.d.ts`. */

/** What a Blob can be put together from; anything else becomes its text. */
type BlobPart = string | ArrayBuffer | ArrayBufferView<ArrayBuffer> | Blob;

/** Options of `new Blob()`. */
interface BlobPropertyBag {
  /** "native" makes the line endings of text line feeds; "transparent", unless given, leaves them alone. */
  endings?: "transparent" | "native";
  /** Media type; empty when it has other characters than printable ASCII. */
  type?: string;
}

/** Options of `new File()`. */
interface FilePropertyBag extends BlobPropertyBag {
  /** Milliseconds since 1970; now unless given. */
  lastModified?: number;
}

/**
 * Bytes that don't change, with a type (File API). They are kept in the isolate's memory.
 *
 *     return new Response(new Blob(["<p>", text, "</p>"], { type: "text/html" }));
 */
interface Blob {
  /** Number of bytes. */
  readonly size: number;
  /** Media type in lower case; "" when there is none. */
  readonly type: string;
  /**
   * The bytes from `start` to before `end`, without copying them; negative numbers count from the end.
   *
   * @param contentType type of the new Blob; it doesn't inherit one.
   */
  slice(start?: number, end?: number, contentType?: string): Blob;
  /** The bytes as UTF-8, without a byte order mark. */
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** The bytes in chunks of at most 64 KiB. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The text in chunks. */
  textStream(): ReadableStream<string>;
}
declare var Blob: {
  readonly prototype: Blob;
  new (parts?: Iterable<BlobPart>, options?: BlobPropertyBag): Blob;
};

/**
 * A Blob with a name and a time (File API): what a form's file fields are.
 *
 *     const form = await request.formData();
 *     const upload = form.get("picture");
 *     if (upload instanceof File && upload.size > 1_000_000) return 413;
 */
interface File extends Blob {
  /** As the sender wrote it: text, not a path to be trusted. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
}
declare var File: {
  readonly prototype: File;
  new (bits: Iterable<BlobPart>, name: string, options?: FilePropertyBag): File;
};

type FormDataEntryValue = string | File;

/**
 * Names and values of a form (XMLHttpRequest standard). `request.formData()` reads one; as a body it becomes
 * `multipart/form-data`.
 *
 * Reading takes at most 10,000 entries, and for each part of a multipart body at most 8 KiB of head; what is
 * malformed or cut off is a TypeError. Entries keep their order, and a name may come several times.
 */
interface FormData {
  /** Adds an entry, beside those of the same name. */
  append(name: string, value: string): void;
  /** Adds a file. A Blob becomes a File named "blob" unless `fileName` is given. */
  append(name: string, value: Blob, fileName?: string): void;
  /** Removes all entries of that name. */
  delete(name: string): void;
  /** The first value of that name; null when there is none. */
  get(name: string): FormDataEntryValue | null;
  getAll(name: string): FormDataEntryValue[];
  has(name: string): boolean;
  /** Replaces all entries of that name by one. */
  set(name: string, value: string): void;
  set(name: string, value: Blob, fileName?: string): void;
  forEach(
    callback: (value: FormDataEntryValue, name: string, form: FormData) => void,
    thisArgument?: unknown,
  ): void;
  keys(): IteratorObject<string, undefined>;
  values(): IteratorObject<FormDataEntryValue, undefined>;
  entries(): IteratorObject<[name: string, value: FormDataEntryValue], undefined>;
  [Symbol.iterator](): IteratorObject<[name: string, value: FormDataEntryValue], undefined>;
}
declare var FormData: {
  readonly prototype: FormData;
  new (): FormData;
};
