/**
 * Types that are text, or shrink like text. Images, sound, video, archives and WOFF fonts are compressed already.
 */
const COMPRESSIBLE =
  /^(?:text\/|application\/(?:javascript|ecmascript|json|json5|x-ndjson|ld\+json|xml|xml-dtd|yaml|x-yaml|toml|sql|graphql|rtf|wasm|x-sh|x-httpd-php|x-javascript|vnd\.ms-fontobject|vnd\.apple\.mpegurl)(?:$|[ \t;])|font\/(?:ttf|otf|collection)(?:$|[ \t;])|image\/(?:bmp|x-icon|vnd\.microsoft\.icon)(?:$|[ \t;])|[^;]+\+(?:json|xml|yaml)(?:$|[ \t;]))/i;

/** Whether files of a type are worth compressing on the way. `text/event-stream` is none: it is to go out at once. */
export function isCompressible(contentType: string): boolean {
  return COMPRESSIBLE.test(contentType) && !contentType.startsWith("text/event-stream");
}
