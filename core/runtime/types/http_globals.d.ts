/** Request, Response and fetch: the web-standard ones with what a proxy adds. Part of `lodestone.d.ts`. */

/**
 * The other end of the connection a request came by, or whom those in front of this proxy name that the configuration trusts: a
 * load balancer by a PROXY header, another proxy by X-Forwarded-For or Forwarded.
 */
interface Client {
  /** IP address, or "unix" for a client on a Unix socket. */
  readonly address: string;
  /** TCP port; 0 on a Unix socket, or when a trusted proxy does not tell. */
  readonly port: number;
  /**
   * What the client's TLS is like; undefined when it speaks none. Without any of its properties when a trusted proxy in
   * front has told that the client came by https.
   */
  readonly tls: ClientTls | undefined;
}

/** A client's TLS connection with this proxy. */
interface ClientTls {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly version?: string;
  /** The cipher suite, such as `TLS_AES_128_GCM_SHA256`. */
  readonly cipher?: string;
  /** The host name the client asked for in its handshake, in lower case. Not by itself the one of the request. */
  readonly serverName?: string;
  /** The protocol agreed on: `h2` or `http/1.1`; missing when the client named none. */
  readonly alpn?: string;
  /** Whether an earlier session was taken up again. */
  readonly resumed?: boolean;
  /** The client's certificate, when the configuration asks for one (`tls.clientCertificates`) and the client has one. */
  readonly certificate?: ClientCertificate;
}

/** A certificate that a client has shown. Unless it is `verified`, anybody may have made it. */
interface ClientCertificate {
  /** Distinguished names as in RFC 4514: `CN=alice,O=Example`. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal, upper case. */
  readonly serialNumber: string;
  /** SHA-256 of the certificate: 64 hexadecimal digits, lower case. */
  readonly fingerprint256: string;
  /** Host names, IP addresses, mail addresses and URIs it is for; the first 100. */
  readonly names: readonly string[];
  /** In UTC: `2026-01-31T12:00:00.000Z`. */
  readonly validFrom: string;
  readonly validTo: string;
  /** Whether it comes from one of `tls.clientAuthorities` and was valid when the session began. */
  readonly verified: boolean;
  /** Why it is not, such as `CERT_HAS_EXPIRED`. */
  readonly reason?: string;
}

/** What can be given as a body. */
type BodyInit =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | URLSearchParams
  | Blob
  | FormData
  | ReadableStream<Uint8Array>
  | null;

/** What Request and Response have in common: a body that can be read once (Fetch standard). */
interface Body {
  /**
   * The body as a stream of bytes, null when there is none. As long as nobody reads it, it is only a name for the
   * body: given to `new Response()` or `new Request()`, the bytes go on without entering the isolate.
   */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  /** Whether the body has been read, or sent by `fetch`. */
  readonly bodyUsed: boolean;
  /**
   * The body as text (UTF-8). Rejects with a TypeError when it has been read already or a reader has its stream,
   * and when it stays on the host and is larger than the site's `limits.body`.
   */
  text(): Promise<string>;
  /** The text piece by piece, of any length. @throws TypeError when the body cannot be read any more. */
  textStream(): ReadableStream<string>;
  /** The body parsed as JSON; rejects with a SyntaxError when it is not. See `text`. */
  json(): Promise<unknown>;
  /** The body as bytes. See `text`. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** The body as a buffer. See `text`. */
  arrayBuffer(): Promise<ArrayBuffer>;
  /** The body as a Blob of the type that the Content-Type says. See `text`. */
  blob(): Promise<Blob>;
  /** The body as a form; rejects with a TypeError when the Content-Type is not that of a form. See `text`. */
  formData(): Promise<FormData>;
}

/** Options of `new Request()` and `fetch()`. */
interface RequestInit {
  /** Standard methods may be written in lower case. */
  method?: string;
  /** Replaces all headers. */
  headers?: HeadersInit;
  /** Brings its Content-Type along, unless the headers have one. null leaves out that of a request given. */
  body?: BodyInit;
  /**
   * What becomes of a redirect that another host answers: followed at most 20 times, a rejection, or given back as it
   * is. `follow` unless given; `manual` for requests made from a client's.
   */
  redirect?: "follow" | "error" | "manual";
  /** Ends the fetch, and the body it brings. */
  signal?: AbortSignal | null;
  /** For a body that is a stream; changes nothing. */
  duplex?: "half";
  /** What follows is for browsers and kept for the script only. */
  mode?: "cors" | "no-cors" | "same-origin";
  credentials?: "omit" | "same-origin" | "include";
  cache?: "default" | "no-store" | "reload" | "no-cache" | "force-cache" | "only-if-cached";
  referrer?: string;
  referrerPolicy?: string;
  integrity?: string;
  keepalive?: boolean;
  priority?: "high" | "low" | "auto";
}

/**
 * A request: the Request of the Fetch standard, with what a proxy knows and decides besides.
 *
 * The handler gets the incoming request. What it assigns to `path`, `query`, `file`, `backend` and `env`, and
 * what it changes in `headers`, is what escalation and `fetch(request)` use.
 */
interface Request extends Body {
  /** `GET`, `POST`, ... as the client sent it. */
  readonly method: string;

  /** The whole URL: scheme, host, `path` and `query` as they are now. Assign to `path` or `query` instead. */
  readonly url: string;

  /** The URL as the client asked for it, whatever scripts have changed since. */
  readonly originalUrl: string;

  /**
   * The path in canonical form: begins with "/", without dot segments, unreserved characters decoded, all others
   * percent-encoded. So it can be compared safely: `/%61/../b` arrives as `/b`.
   *
   * Assign to it to escalate with another path; percent-encode what you put in.
   *
   *     request.path = "/v2" + request.path;
   *
   * @throws TypeError for a path that doesn't begin with "/" or holds white space, "?" or "#".
   */
  path: string;

  /**
   * The query as text, without its "?", as the client sent it; "" when there is none. Assign to it to escalate
   * with another one.
   *
   *     const query = new URLSearchParams(request.query);
   *     query.delete("utm_source");
   *     request.query = query.toString();
   *
   * @throws TypeError for a query with white space, "#" or characters outside ASCII.
   */
  query: string;

  /**
   * Absolute path of the static file the request would get: the site's root and the decoded path, "" when the
   * path can name none or the site has no root. Whether the file exists is for `stat` to tell. Assign
   * to it to send another file; it must lie below the root or in a folder of `allow.files`.
   *
   *     if (stat(request.file)?.isDirectory) request.file += "/index.html";
   */
  file: string;

  /**
   * Name of the backend (from `backends` of the configuration) the request is to go to; "" to leave it to the
   * proxy: the static file if there is one, else the site's backend.
   *
   *     if (request.path.startsWith("/api/")) request.backend = "api";
   */
  backend: string;

  /**
   * Variables passed on to the backend by protocols that have them (FastCGI, SCGI, CGI, AJP); empty at first.
   * Not the site's settings: those are `env` from "lodestone".
   *
   *     request.env.REMOTE_USER = user;
   */
  env: Record<string, string>;

  /** The headers. What is changed here goes to the backend; the client's own are kept otherwise. */
  readonly headers: Headers;

  /** Who sent the request. */
  readonly client: Client;

  /** Unique name of this request in the logs of all workers. */
  readonly id: string;

  /** The cookies the client sent. */
  readonly cookies: RequestCookies;

  /**
   * For routers: what they find in the path. Empty at first. A parameter called as one of the properties that only this
   * request has (`id`, `path`, `file`, ...) comes before that one, as routers expect.
   */
  params: Record<string, string>;

  /**
   * Aborts when the client leaves before it has the whole answer. Of a request made with a signal it follows that one.
   *
   *     const page = await fetch("https://slow.example.com/", { signal: request.signal });
   */
  readonly signal: AbortSignal;

  readonly redirect: "follow" | "error" | "manual";
  readonly mode: string;
  readonly credentials: string;
  readonly cache: string;
  readonly referrer: string;
  readonly referrerPolicy: string;
  readonly integrity: string;
  readonly keepalive: boolean;
  /** Always "". */
  readonly destination: string;
  readonly duplex: "half";

  /**
   * A copy with headers of its own. Both bodies can be read; that of a client is then limited by `limits.body`.
   *
   * @throws TypeError when the body has been read.
   */
  clone(): Request;
}
declare var Request: {
  readonly prototype: Request;
  /**
   * A new request. With a request as second argument (or as first one) it is made from that one: relative
   * URLs are resolved against its URL, and method, headers, body, `file`, `backend` and `env` are taken over.
   *
   *     return new Request("/index.php?page=" + encodeURIComponent(request.path), request);   // start over
   *     return fetch(new Request("https://api.example.com" + request.path, request));         // go elsewhere
   *
   * With another host it is no part of the client's request any more: it can be fetched, but not returned. The body
   * of a request given as first argument goes over; what a script has read of a client's body is sent all the same.
   *
   * @throws TypeError for an invalid URL, method, header or option, for a body with GET or HEAD, and for one that has
   * been used.
   */
  new (input: string | URL | Request, init?: RequestInit | Request): Request;
};

/** Options of a response. */
interface ResponseInit {
  /** 200 to 599; 200 unless given. */
  status?: number;
  /** Kept for the script; HTTP/1 clients get the standard phrase. */
  statusText?: string;
  headers?: HeadersInit;
  /**
   * Lets the proxy keep the answer and send it again without running the script, to whoever asks for the same.
   *
   *     return new Response(page, { headers, cache: { ttl: 60, tags: ["news"] } });
   */
  cache?: ResponseCacheInit;
}

/**
 * How an answer is kept. Only text, bytes or no body at all can be: a file or a stream is a TypeError. Never kept are answers
 * to other requests than GET, with Set-Cookie, with status 206 or 304, or to requests with Authorization unless `key` names that header.
 */
interface ResponseCacheInit {
  /** Seconds, above 0; at most `cache.ttl` of the configuration. */
  ttl: number;
  /**
   * What of a request the answer depends on, besides scheme, host and path. Without it: the whole query, and nothing else. What
   * one answer of a path names counts for all its answers.
   */
  key?: {
    /** true (the default): the query as it is. false: nothing of it. Names: these parameters. */
    query?: boolean | readonly string[];
    /** Names of request headers, at most 32. */
    headers?: readonly string[];
    /** Names of cookies, at most 32. */
    cookies?: readonly string[];
  };
  /** By which `cache.purge` finds it; at most 64, each of 1 to 256 characters. */
  tags?: readonly string[];
}

/** Options of `Response.file`. */
interface FileResponseInit extends Omit<ResponseInit, "cache"> {
  /** First byte to send; 0 unless given. */
  offset?: number;
  /** Bytes to send, at most to the end of the file; all the rest unless given. */
  length?: number;
  /** Instead of the type the name's ending tells. */
  contentType?: string;
  /** Name to save the file under: makes browsers download it. "" for the file's own name. */
  download?: string;
}

/** A piece of `Response.parts`: text (sent as UTF-8), bytes, or a slice of a file. */
type ResponsePart =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | { file: string; offset?: number; length?: number };

/**
 * A response: the Response of the Fetch standard, and with `file` and `parts` answers that the host sends
 * without their bytes ever entering the isolate.
 *
 *     return new Response("<p>hello</p>", { headers: { "content-type": "text/html; charset=utf-8" } });
 *     return new Response(null, { status: 204 });
 *
 * Content-Length, Date and everything else about framing are the proxy's. Range and conditional requests
 * (`If-None-Match`, `If-Modified-Since`) apply by themselves to every finished answer with status 200.
 */
interface Response extends Body {
  /** 200 to 599. Beyond the standard it can be assigned to, for `onResponse`. */
  status: number;
  readonly statusText: string;
  /** Whether the status is from 200 to 299. */
  readonly ok: boolean;
  /** May be changed, also those of a response that `fetch` brought (the standard makes those read-only). */
  readonly headers: Headers;
  /** Sets cookies: one Set-Cookie field each. */
  readonly cookies: ResponseCookies;
  /** "error" for `Response.error()`, else "default". */
  readonly type: string;
  /** Where a fetched response came from; "" for others. */
  readonly url: string;
  /** Whether redirects led there. */
  readonly redirected: boolean;

  /**
   * A copy. Of a fetched body, or of a stream, both copies are streams: the bytes enter the isolate, and wait there for
   * the slower reader.
   *
   * @throws TypeError when the body has been read.
   */
  clone(): Response;
}
declare var Response: {
  readonly prototype: Response;
  /**
   * Text is sent as UTF-8, with `content-type: text/plain;charset=UTF-8` unless the headers have another. A stream is
   * sent piece by piece, as fast as the client takes it; it must bring Uint8Arrays.
   *
   * @throws RangeError for a status outside of 200 to 599; TypeError for a body with status 204, 205 or 304, and for a
   * stream that has been read from or is locked.
   */
  new (body?: BodyInit, init?: ResponseInit): Response;
  /**
   * A file, sent by the host: with entity tag, modification time, content type, ranges and conditional
   * requests. The path is absolute and must lie below the site's root or in a folder of `allow.files`;
   * otherwise, or when it is missing, the answer is 404.
   *
   *     return Response.file("/srv/media/film.mp4", { download: "holiday.mp4" });
   *     return Response.file(site.root + "/page.html", { headers: { "cache-control": "no-cache" } });
   */
  file(path: string, options?: FileResponseInit): Response;
  /**
   * Texts, bytes and slices of files, one after another, as one body; at most 1024 of them. Ranges apply to
   * the whole.
   *
   *     return Response.parts([header, { file: video, offset: start }], { headers: { "content-type": "video/x-flv" } });
   */
  parts(parts: readonly ResponsePart[], init?: Omit<ResponseInit, "cache">): Response;
  /**
   * The value as JSON, with `content-type: application/json` unless the headers have another.
   *
   *     return Response.json({ error: "not found" }, { status: 404 });
   */
  json(data: unknown, init?: ResponseInit): Response;
  /**
   * A redirect to an absolute or relative URL; what a header may not hold is percent-encoded. Its headers may be
   * changed (the standard makes them read-only and the URL absolute).
   *
   *     return Response.redirect("https://www.example.org" + request.path, 308);
   *
   * @param status 301, 302, 303, 307 or 308; 302 unless given.
   * @throws RangeError for another status.
   */
  redirect(url: string | URL, status?: 301 | 302 | 303 | 307 | 308): Response;
  /** The standard's network error. Returned from a handler it makes the answer 500. */
  error(): Response;
};

/**
 * Fetches; the body of the response stays on the host unless the script reads it.
 *
 * With the incoming request, or one made from it for the same host, it escalates now instead of when the handler has
 * returned:
 *
 *     export default async (request: Request) => {
 *       const response = await fetch(request);
 *       if (response.status === 404) return Response.file(site.root + "/404.html", { status: 404 });
 *       return new Response(response.body, response);
 *     };
 *
 * Any other http or https URL goes to that origin, which `allow.origins` of the site must list, and `backend:NAME` to
 * the backend of that name: with a path of its own, or with the method, path, query, headers and body of the request
 * given as second argument. Several may be under way at the same time:
 *
 *     const [user, news] = await Promise.all([
 *       fetch("https://api.example.com/user", { headers: { authorization: `Bearer ${env.TOKEN}` } }),
 *       fetch("backend:news/latest?count=5"),
 *     ]);
 *     return fetch("backend:app", request);
 *
 * Rejects with a TypeError when there is no answer, and with the reason of the signal when that aborts.
 */
declare function fetch(input: Request | string | URL, init?: RequestInit | Request): Promise<Response>;
