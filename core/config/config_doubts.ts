import type { Config } from "./config.ts";

/** What may be meant but seldom is, for the operator: each a sentence that names the field. */
export function configDoubts(config: Config): string[] {
  const doubts: string[] = [];
  const everybody = config.proxies.trusted.find(isEverybody);
  if (everybody !== undefined)
    doubts.push(`proxies.trusted has ${everybody}: whoever can connect may say who the client is`);
  const tlsPorts = new Set(
    config.listen.flatMap(({ address, tls }) => (tls && "port" in address ? address.port : [])),
  );
  for (const { redirect } of config.listen) {
    if (redirect === undefined || tlsPorts.size === 0 || tlsPorts.has(redirect) || tlsPorts.has(0)) continue;
    const ports = [...tlsPorts].join(", ");
    doubts.push(
      `a listener redirects to port ${redirect}, while TLS is spoken on ${ports}: right only where another port leads there`,
    );
  }
  return doubts;
}

function isEverybody(range: string): boolean {
  return range.endsWith("/0");
}
