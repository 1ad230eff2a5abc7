import { createHash } from "node:crypto";
import { HeaderList } from "../../http/header_list.ts";
import type { FileRequest, FileResponse } from "../file_response.ts";
import type { FileStat } from "../file_stat.ts";
import { applyRange } from "../finished_body.ts";
import type { Listing } from "./listing.ts";
import { type ListingForm, listingForm } from "./listing_form.ts";
import { listingJson } from "./listing_json.ts";
import { LISTING_POLICY, listingPage } from "./listing_page.ts";
import { readFolder } from "./read_folder.ts";

/** Pages kept of one folder: a script may show it at several addresses. */
const MOST_PAGES = 4;

interface Page {
  readonly headers: HeaderList;
  readonly body: Buffer;
}

interface Known {
  readonly listing: Promise<Listing>;
  readonly pages: Map<string, Page>;
}

/** Lists folders. Each is read once for as long as its `stat` is believed, however many ask. */
export class FolderListings {
  readonly #look: (path: string) => FileStat | undefined;
  readonly #known = new WeakMap<FileStat, Known>();

  /** @param look looks at a path on behalf of the site */
  constructor(look: (path: string) => FileStat | undefined) {
    this.#look = look;
  }

  /**
   * The answer to a GET or HEAD of a folder. Rejects with HttpError when it cannot be read.
   *
   * @param path of the request, in canonical form, with a slash at its end
   */
  async serve(request: FileRequest, path: string, folder: FileStat): Promise<FileResponse> {
    let known = this.#known.get(folder);
    if (known === undefined) {
      known = { listing: readFolder(folder, this.#look), pages: new Map() };
      this.#known.set(folder, known);
    }
    const form = listingForm(request.headers.get("accept"));
    const name = `${form} ${path}`;
    let page = known.pages.get(name);
    if (page === undefined) {
      page = makePage(path, await known.listing, form);
      if (known.pages.size >= MOST_PAGES) known.pages.clear();
      known.pages.set(name, page);
    }
    return applyRange(request, page.headers, page.body);
  }
}

function makePage(path: string, listing: Listing, form: ListingForm): Page {
  const body = Buffer.from(form === "json" ? listingJson(path, listing) : listingPage(path, listing));
  const tag = createHash("sha256").update(body).digest("base64url").slice(0, 27);
  const type =
    form === "json"
      ? "Content-Type: application/json\r\n"
      : `Content-Type: text/html; charset=utf-8\r\nContent-Security-Policy: ${LISTING_POLICY}\r\n`;
  const headers = HeaderList.fromText(
    `${type}X-Content-Type-Options: nosniff\r\nETag: "${tag}"\r\nVary: Accept\r\nCache-Control: no-cache\r\n`,
  );
  return { headers, body };
}
