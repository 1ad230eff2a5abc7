import { HeaderList } from "./header_list.ts";

/** The head of a request after the grammar has accepted it. Made by `parseRequestHead`. */
export class RequestHead {
  readonly method: string;
  /** Path in canonical form: `/`-rooted, dot segments removed, unreserved characters decoded, upper-case hex. */
  readonly path: string;
  /** Query without its `?`, as received; undefined when there is none. */
  readonly query: string | undefined;
  /** Minor version of HTTP/1. */
  readonly minorVersion: 0 | 1;
  /** Host in lower case without port, "" when HTTP/1.0 came without. */
  readonly host: string;
  /** Host field as received, with port. */
  readonly authority: string;
  /** Field lines as received, each `Name: value\r\n`, without the empty line. Latin-1. */
  readonly fields: string;
  /** The field Lodestone-Trace, which is not among the fields and goes no further; undefined without one. */
  readonly trace: string | undefined;
  /** Whether there may be fields among them that tell of a client (`telling_fields.ts`). */
  readonly tells: boolean;
  /** The request's id, when a trusted proxy has given it one. */
  readonly id: string | undefined;
  readonly #marks: number | undefined;
  #headers: HeaderList | undefined;

  constructor(init: {
    method: string;
    path: string;
    query: string | undefined;
    minorVersion: 0 | 1;
    host: string;
    authority: string;
    fields: string;
    /** What `markFields` says of the fields, if known. */
    marks?: number | undefined;
    trace?: string | undefined;
    tells?: boolean;
    id?: string | undefined;
  }) {
    this.method = init.method;
    this.path = init.path;
    this.query = init.query;
    this.minorVersion = init.minorVersion;
    this.host = init.host;
    this.authority = init.authority;
    this.fields = init.fields;
    this.#marks = init.marks;
    this.trace = init.trace;
    this.tells = init.tells ?? true;
    this.id = init.id;
  }

  /** Another request with the same fields, of the same version of HTTP. */
  withLine(method: string, path: string, query: string | undefined): RequestHead {
    const { minorVersion, host, authority, fields, trace, tells } = this;
    const marks = this.#marks;
    return new RequestHead({
      method,
      path,
      query,
      minorVersion,
      host,
      authority,
      fields,
      marks,
      trace,
      tells,
    });
  }

  /** The same request with other fields, which a lane has admitted. */
  withFields(fields: string, tells: boolean, id?: string): RequestHead {
    const { method, path, query, minorVersion, host, authority, trace } = this;
    return new RequestHead({ method, path, query, minorVersion, host, authority, fields, trace, tells, id });
  }

  /** The fields taken apart, on first use. */
  get headers(): HeaderList {
    this.#headers ??= HeaderList.fromText(this.fields, this.#marks);
    return this.#headers;
  }
}
