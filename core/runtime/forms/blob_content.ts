/**
 * What a Blob is made of: bytes that nobody changes, and a normalised type. The constructors of Blob and File take
 * one in place of the parts, which is how the runtime makes them; no script ever holds one.
 */
export class BlobContent {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;

  constructor(bytes: Uint8Array<ArrayBuffer>, type: string) {
    this.bytes = bytes;
    this.type = type;
  }
}
