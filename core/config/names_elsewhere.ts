/** What keys of other servers, lower case and without `_` and `-`, are called here. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["cert", '"certificate" of "tls.certificates"'],
  ["sslcertificate", '"certificate" of "tls.certificates"'],
  ["sslcertificatekey", '"key" of "tls.certificates"'],
  ["privatekey", '"key" of "tls.certificates"'],
  ["ssl", '"tls"'],
  ["https", '"tls: true" of a listener'],
  ["gzip", '"compression"'],
  ["compress", '"compression"'],
  ["brotli", '"compression"'],
  ["trustedproxies", '"proxies.trusted"'],
  ["trustproxy", '"proxies.trusted"'],
  ["setrealipfrom", '"proxies.trusted"'],
  ["realipheader", '"proxies.header"'],
  ["upstream", '"backends"'],
  ["upstreams", '"backends"'],
  ["proxypass", '"backend" of a site'],
  ["servername", '"hosts" of a site'],
  ["documentroot", '"root" of a site'],
  ["autoindex", '"files.listing" of a site'],
  ["clientmaxbodysize", '"http.body"'],
  ["keepalivetimeout", '"http.keepAliveTimeout"'],
  ["accesslog", '"log.access"'],
  ["errorlog", '"log"'],
  ["workerprocesses", '"workers"'],
  ["stubstatus", '"admin"'],
  ["metrics", '"admin", which has /metrics'],
  ["hsts", "the plugin lodestone/hsts, in a script"],
]);

/** `; here that is ...` to append to a message about an unknown key, or nothing. */
export function nameElsewhere(key: string): string {
  const name = NAMES.get(key.replace(/[_-]/g, "").toLowerCase());
  return name === undefined ? "" : `; here that is ${name}`;
}
