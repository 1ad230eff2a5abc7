const END_OF_HEAD = "\r\n\r\n";

/**
 * Finds out where the answers on a client's connection end, and throws the bodies away. One request is under way at a
 * time. Cheap rather than strict: it reads servers that the bench has checked before.
 */
export class ResponseReader {
  /** Of the answer that is being read, or was read last. */
  status = 0;
  #at: "head" | "body" | "chunk size" | "chunk" | "trailer" = "head";
  /** What has come of a head or of a line. */
  #text = "";
  /** Bytes that are still to come of a body or of a chunk with its line end. */
  #left = 0;
  /** Bytes of all bodies. */
  bytes = 0;

  /** Whether the answer is complete with these bytes. Throws when they are no answer, or more than one. */
  read(bytes: Buffer): boolean {
    let position = 0;
    while (position < bytes.length) {
      if (this.#at === "body" || this.#at === "chunk") {
        const taken = Math.min(this.#left, bytes.length - position);
        position += taken;
        this.#left -= taken;
        if (this.#left > 0) return false;
        if (this.#at === "body") return this.#complete(bytes, position);
        this.#at = "chunk size";
        continue;
      }
      const end = this.#at === "head" ? END_OF_HEAD : "\r\n";
      const text = this.#text + bytes.toString("latin1", position);
      const found = text.indexOf(end);
      if (found === -1) {
        this.#text = text;
        return false;
      }
      position += found + end.length - this.#text.length;
      this.#text = "";
      if (this.#line(text.slice(0, found))) return this.#complete(bytes, position);
    }
    return false;
  }

  /** A head, or a line of a chunked body. Whether the answer ends with it. */
  #line(text: string): boolean {
    if (this.#at === "head") return this.#head(text);
    if (this.#at === "trailer") return text === "";
    const size = Number.parseInt(text, 16);
    if (Number.isNaN(size)) throw new Error(`Not the size of a chunk: ${text}`);
    this.bytes += size;
    this.#left = size + 2;
    this.#at = size === 0 ? "trailer" : "chunk";
    return false;
  }

  #head(text: string): boolean {
    this.status = Number(text.slice(9, 12));
    if (this.status === 204 || this.status === 304) return true;
    if (/\r\ntransfer-encoding: *chunked/i.test(text)) {
      this.#at = "chunk size";
      return false;
    }
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
    if (length === undefined) throw new Error(`An answer whose end cannot be seen:\n${text}`);
    this.#left = Number(length);
    this.bytes += this.#left;
    this.#at = "body";
    return this.#left === 0;
  }

  #complete(bytes: Buffer, position: number): true {
    if (position < bytes.length) throw new Error("Bytes behind the answer that nobody asked for");
    this.#at = "head";
    return true;
  }
}
