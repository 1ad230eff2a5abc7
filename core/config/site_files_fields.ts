import type { SiteFilesConfig } from "./config.ts";
import type { Section, TextFormat } from "./field.ts";
import { quoteValue, ValueError } from "./value_error.ts";

/** As it is written; items of the list that had a fault are undefined. */
export interface WrittenSiteFiles extends Omit<SiteFilesConfig, "index"> {
  readonly index: readonly (string | undefined)[];
}

const fileName: TextFormat<string> = {
  name: "a file name",
  example: "index.html",
  pattern: "^[^/]+$",
  parse(text) {
    if (text !== "" && text !== "." && text !== ".." && !/[/\0]/.test(text) && text.length <= 255)
      return text;
    throw new ValueError(
      `${quoteValue(text)} is not a file name: it has no slash and at most 255 characters`,
    );
  },
};

export const siteFilesSection: Section<WrittenSiteFiles> = {
  title: "files of a site",
  doc: "How the static files below the root are sent.",
  fields: {
    index: {
      doc: "Files that stand for the folder they are in; the first that is there. `[]` for none.",
      type: { kind: "list", of: { kind: "text", format: fileName }, minimum: 0 },
      default: ["index.html"],
    },
    listing: {
      doc: "Whether a folder without such a file is answered with a page that lists it.",
      type: { kind: "boolean" },
      default: false,
    },
    symlinks: {
      doc:
        "Which symbolic links are followed: `within` the root and the folders of `allow.files`, `same-owner` those of " +
        "them whose owner owns the target too, `never` none.",
      type: { kind: "choice", values: ["within", "same-owner", "never"] },
      default: "within",
    },
    precompressed: {
      doc:
        "Whether `page.html.br`, `.zst` or `.gz` is sent for `page.html` to a client that takes it, when it is not older " +
        "than the file itself.",
      type: { kind: "boolean" },
      default: true,
    },
    compress: {
      doc: "Whether text files are compressed for clients that take it, as the section `compression` says.",
      type: { kind: "boolean" },
      default: true,
    },
  },
};
