import ipaddr from "ipaddr.js";

/** One of a certificate's subject alternative names. */
export interface SubjectName {
  readonly kind: "dns" | "ip" | "email" | "uri";
  readonly value: string;
}

const KINDS: Readonly<Record<string, SubjectName["kind"]>> = {
  DNS: "dns",
  "IP Address": "ip",
  email: "email",
  URI: "uri",
};

const ENTRY = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)/gy;

/**
 * The names of a certificate, from the text that Node makes of them (`X509Certificate.subjectAltName`): kind, colon
 * and value, separated by commas; values that could pass for something else come as JSON strings. Other kinds
 * than these are left out.
 */
export function subjectNames(text: string | undefined): SubjectName[] {
  const names: SubjectName[] = [];
  for (const [, label = "", written = ""] of (text ?? "").matchAll(ENTRY)) {
    const kind = Object.hasOwn(KINDS, label) ? KINDS[label] : undefined;
    if (kind === undefined) continue;
    const value = unquoted(written);
    names.push({ kind, value: kind === "ip" ? shortest(value) : value });
  }
  return names;
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return JSON.parse(text) as string;
  } catch {
    return text;
  }
}

/** OpenSSL writes out every group of an IPv6 address. */
function shortest(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.parse(address).toString() : address;
}
