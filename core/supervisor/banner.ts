import { basename } from "node:path";
import type { Config, ListenAddress } from "../config/config.ts";
import { addressUrl, localUrl } from "./address_url.ts";

/** Sites of which each gets a line; of more, the first ones stand for all. */
const SITES_SHOWN = 12;

/** What a person who has just started the proxy wants to know, as lines for standard error. */
export function bannerText(
  config: Config,
  addresses: readonly ListenAddress[],
  admin?: ListenAddress,
): string {
  const lines = addresses.map((address, i) => `listening on ${listenerText(config, address, i)}`);
  if (admin !== undefined) lines.push(`admin at ${addressUrl(admin, false)}`);
  const shown = config.sites.length > SITES_SHOWN ? config.sites.slice(0, SITES_SHOWN - 2) : config.sites;
  for (const site of shown) {
    const hosts = site.hosts.map((host) => (host === "*" ? "every host" : host)).join(", ");
    const scripts = site.scripts.map((script) => basename(script)).join(", ");
    lines.push(`site ${site.name} for ${hosts}: ${scripts === "" ? "no scripts" : scripts}`);
  }
  if (shown.length < config.sites.length) lines.push(`and ${config.sites.length - shown.length} more sites`);
  lines.push(`${config.workers} ${config.workers === 1 ? "worker" : "workers"}, scripts reload when saved`);
  if (config.dev) lines.push("dev: failures of scripts are shown to every client");
  const attempt = firstAttempt(config, addresses);
  if (attempt !== undefined) lines.push(attempt);
  return lines.map((line) => `${line}\n`).join("");
}

function listenerText(config: Config, address: ListenAddress, index: number): string {
  const { redirect, proxyProtocol = [] } = config.listen[index] ?? {};
  const notes: string[] = [];
  if (redirect !== undefined)
    notes.push(`redirects to https${redirect === 443 ? "" : ` on port ${redirect}`}`);
  if (proxyProtocol.length > 0) notes.push(`PROXY headers from ${proxyProtocol.join(", ")}`);
  const note = notes.length === 0 ? "" : ` (${notes.join("; ")})`;
  return addressUrl(address, speaksTls(config, index)) + note;
}

/** Addresses are those of the configuration, in its order. */
function speaksTls(config: Config, index: number): boolean {
  return config.listen[index]?.tls === true;
}

/** The first thing to try. A site that is not the default one needs its name in the request. */
function firstAttempt(config: Config, addresses: readonly ListenAddress[]): string | undefined {
  const urls = addresses.map((address, i) =>
    isForClients(config, i) ? localUrl(address, speaksTls(config, i)) : undefined,
  );
  const url = urls.find((found) => found !== undefined);
  if (url === undefined) return undefined;
  const host = config.sites[0]?.hosts[0];
  if (host === undefined || config.sites.some((site) => site.hosts.includes("*"))) return `Try ${url}`;
  return `Try curl -H 'Host: ${host.replace(/^\*\./, "www.")}' ${url}`;
}

/** Whether somebody at a shell gets an answer of the sites there. */
function isForClients(config: Config, index: number): boolean {
  const { redirect, proxyProtocol = [] } = config.listen[index] ?? {};
  return redirect === undefined && proxyProtocol.length === 0;
}
