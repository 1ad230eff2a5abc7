/** How an origin is allowed: by its own name, or as one of many. What is named may be private. */
export type Admission = "named" | "matched";

interface Wildcard {
  readonly protocol: string;
  /** `.example.com`. */
  readonly suffix: string;
  readonly port: string;
}

/** Ports of other protocols, whose servers could be made to take a request for theirs (Fetch standard, 2.9). */
const BAD_PORTS = new Set(
  (
    "0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 " +
    "123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 " +
    "993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080"
  ).split(" "),
);

/** The origins of `allow.origins`: `https://api.example.com`, `https://*.example.com`, `*`. */
export class AllowedOrigins {
  readonly #named = new Set<string>();
  readonly #wildcards: Wildcard[] = [];
  readonly #any: boolean;

  /** `patterns` are canonical, as the configuration has them. */
  constructor(patterns: readonly string[]) {
    this.#any = patterns.includes("*");
    for (const pattern of patterns) {
      if (pattern.includes("://*.")) this.#wildcards.push(wildcardOf(pattern));
      else if (pattern !== "*") this.#named.add(pattern);
    }
  }

  /** Undefined when the URL's origin is not allowed. `*` does not stand for ports that browsers block. */
  admits(url: URL): Admission | undefined {
    if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
    if (this.#named.has(url.origin)) return "named";
    if (this.#any && !BAD_PORTS.has(url.port)) return "matched";
    return this.#wildcards.some((wildcard) => matches(wildcard, url)) ? "matched" : undefined;
  }
}

function wildcardOf(pattern: string): Wildcard {
  const { protocol, hostname, port } = new URL(pattern.replace("*.", ""));
  return { protocol, suffix: `.${hostname}`, port };
}

function matches({ protocol, suffix, port }: Wildcard, url: URL): boolean {
  const { hostname } = url;
  return (
    url.protocol === protocol &&
    url.port === port &&
    hostname.length > suffix.length &&
    hostname.endsWith(suffix)
  );
}
