import { DATE, SERVER } from "../../http/field_marks.ts";
import { DateCache } from "../../http/http_date.ts";
import { statusText } from "../../http/status_text.ts";

/** Composes response heads of HTTP/1.1; keeps what is the same from one to the next. */
export class ResponseHeadText {
  readonly #date = new DateCache();
  readonly #statusLines: (string | undefined)[] = [];

  /** Status line and fields, as far as the framing; `flags` tells which fields `fields` has already. */
  begin(status: number, fields: string, flags: number): string {
    let text = this.#statusLine(status) + fields;
    if ((flags & DATE) === 0) text += `Date: ${this.#date.value()}\r\n`;
    if ((flags & SERVER) === 0) text += "Server: lodestone\r\n";
    return text;
  }

  #statusLine(status: number): string {
    const known = this.#statusLines[status - 200];
    if (known !== undefined) return known;
    const line = `HTTP/1.1 ${status} ${statusText(status)}\r\n`;
    this.#statusLines[status - 200] = line;
    return line;
  }
}
