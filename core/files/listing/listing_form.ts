/** What a listing can be. */
export type ListingForm = "html" | "json";

const ELEMENT = /^([a-z0-9*+.-]+\/[a-z0-9*+.-]+)(?:[ \t]*;.*)?$/;
const WEIGHT = /;[ \t]*q=([01](?:\.\d{0,3})?)[ \t]*(?:;|$)/;

/** JSON for clients that ask for it by name and like it better than HTML (RFC 9110 section 12.5.1), HTML for all others. */
export function listingForm(accept: string | undefined): ListingForm {
  if (accept === undefined) return "html";
  let json = 0;
  let html: number | undefined;
  let any = 0;
  for (const element of accept.toLowerCase().split(",")) {
    const text = element.trim();
    const type = ELEMENT.exec(text)?.[1];
    const weight = Number(WEIGHT.exec(text)?.[1] ?? 1);
    if (type === "application/json") json = Math.max(json, weight);
    else if (type === "text/html") html = Math.max(html ?? 0, weight);
    else if (type === "*/*" || type === "text/*") any = Math.max(any, weight);
  }
  return json > 0 && (html === undefined ? json >= any : json > html) ? "json" : "html";
}
