/** Why two proxies treat a row differently. The first class whose patterns match a row tells. */
export interface Difference {
  readonly title: string;
  readonly reason: string;
  /** Of a row's topic. */
  readonly topic: RegExp;
  /** Of what a row says it is. */
  readonly row: RegExp;
}

const REQUESTS = /^(?!.*(?:[Rr]espon|Status line))/;
const ANSWERS = /[Rr]espon|Status line/;

function difference(title: string, topic: RegExp, row: RegExp, reason: string): Difference {
  return { title, topic, row, reason };
}

export const differences: readonly Difference[] = [
  difference(
    "A status, a body, or neither",
    ANSWERS,
    /^status |^a status above|^no reason, and/,
    "nginx passes on what the backend says for a status; a client may stumble over it. The space behind a status without a reason, " +
      "which RFC 9112 wants and many backends leave out, nginx wants as well.",
  ),
  difference(
    "Versions",
    /line$|^Pipelines/,
    /version (?:1\.|2\.0|0\.9 in|11|1\.01)|minor number|preface of HTTP\/2, nearly/,
    "nginx reads later minor versions, and numbers of several digits, as 1.1; in responses later major ones as well. What a version " +
      "that nobody has defined means, nobody knows.",
  ),
  difference(
    "What is no response",
    /^Status line/,
    /.*/,
    "What does not begin as a status line nginx passes on as a response of HTTP/0.9, without a head; white space and control " +
      "characters in one it takes. A protocol spoken by mistake is a backend that is not there: 502.",
  ),
  difference(
    "Clients that end early",
    REQUESTS,
    /client ends/,
    "nginx closes without an answer when a client ends its side within a request, and also behind one: it takes it to have left. A client " +
      "that has ended its side can still read; Lodestone answers.",
  ),
  difference(
    "Interim responses",
    /^Interim/,
    /.*/,
    "nginx takes an interim response for the final one. Lodestone goes on to the final one, passes on all but 100 and 101, and refuses a " +
      "101 that nobody asked for and more than sixteen.",
  ),
  difference(
    "https without TLS",
    /^Target/,
    /^an https URL/,
    "nginx takes an https URL in the request line of a plain connection. RFC 9110 (7.4) wants it rejected: a resource that belongs to TLS " +
      "must not be had without. Lodestone takes it only from a proxy that is trusted to have spoken TLS itself.",
  ),
  difference(
    "Canonical paths",
    /^Target/,
    /canonical|URL in a path|unreserved|upper case|dot segment|dot-dot segment|several slashes|slashes first|second slash|none$|stay encoded/,
    "nginx chooses the location by a canonical path and passes on the one the client sent. Here script, file system and backend get the " +
      "same: see [paths.md](paths.md).",
  ),
  difference(
    "Paths with two meanings",
    /^Target/,
    /encoded|no UTF-8|overlong|surrogate|above U|half a character|dot-dot|dot with/,
    "Programs disagree whether such a path holds dot segments, line ends or characters at all: see [paths.md](paths.md).",
  ),
  difference(
    "Characters and authorities of targets",
    /^Target/,
    /.*/,
    "nginx takes nearly any byte in a target, any scheme, and fragments. What RFC 3986 does not let stand there is refused, but for a few " +
      "characters browsers send raw.",
  ),
  difference(
    "Host",
    /^Host/,
    /^Host "/,
    "nginx asks of Host no more than that it holds no slash, no space and no control character. What a program behind it makes of the rest " +
      "cannot be told: a name, an address, maybe a port, or 400.",
  ),
  difference(
    "Host and absolute-form",
    /^Host/,
    /absolute-form/,
    "RFC 9112 section 3.2.2 lets the target win; nginx routes by it and passes on the Host that differs. Refused.",
  ),
  difference(
    "Methods",
    REQUESTS,
    /^(?!Host).*(?:TRACE|CONNECT|method|asterisk|bare origin)/,
    "nginx refuses TRACE, OPTIONS with an asterisk, and names with digits or symbols; Lodestone passes on any token, for the backend " +
      "to judge, and answers 501 to CONNECT, which it does not offer. OPTIONS for a bare origin becomes the asterisk RFC 9112 asks for.",
  ),
  difference(
    "Control characters",
    /.*/,
    /control character|vertical tab|form feed|NUL|DEL/,
    "nginx refuses NUL alone in values. RFC 9110 section 5.5 lets a recipient refuse the others, too, and nobody needs them.",
  ),
  difference(
    "Line ends",
    /.*/,
    /\b(?:LF|CR)\b|empty line|TERM\.EXT|line end|a byte less than its size/,
    "nginx takes LF alone for a line end, as RFC 9112 lets it, and overlooks CR and empty lines in some places. Two programs that " +
      "disagree about a line end disagree about where a message ends, so that Lodestone takes CRLF alone.",
  ),
  difference(
    "White space",
    /.*/,
    /two spaces|space behind|tab behind the|two sizes|bad white space/,
    "nginx takes several spaces for one in the request line and overlooks them behind chunk sizes. The grammar has one space there, " +
      "and none here.",
  ),
  difference(
    "Tabs",
    REQUESTS,
    /tab|white space around/,
    "RFC 9110 lets tabs stand around values; nginx takes only spaces there, Lodestone both.",
  ),
  difference(
    "HTTP/0.9 and other protocols",
    /^Request line/,
    /HTTP\/0\.9|empty version|SSH/,
    "nginx answers requests of HTTP/0.9. A request line without a version is refused here, or waited for in vain.",
  ),
  difference(
    "Chunk extensions and trailers",
    /.*/,
    /^(?!.*(?:above the limit|300 bytes|long ext)).*(?:extension|quoted string|trailer)/,
    "nginx does not look into chunk extensions and trailers. Where one ends, programs disagree (LF in an extension has been used to " +
      "smuggle requests), so that they have to follow the grammar; they go no further.",
  ),
  difference(
    "Limits",
    /.*/,
    /too many|above the limit|thousands of|without end|sixteen digits|hundreds of|300 bytes|long extensions|2\^5/,
    "nginx has no limit for the number of fields, for chunk extensions and for trailers, and answers 400 where RFC 6585 has 431. Numbers " +
      "have a limit of digits here: 15 of Content-Length, 12 of a chunk size.",
  ),
  difference(
    "Names of fields",
    /^Fields/,
    / in a name$|no-break|no colon|octet above|second status line/,
    "nginx overlooks fields with names that are no tokens, and lines that are no fields; the program behind may not. They are refused.",
  ),
  difference(
    "Fields that are read in two ways",
    /^Fields/,
    /two Content-Type|underscore/,
    "nginx passes on several Content-Type, of which some read the first and some the last, and drops names with underscores. Those that " +
      "look like framing to CGI programs are refused here; the others pass, but for those that tell of the client.",
  ),
  difference(
    "Which status",
    /^Framing$|^Pipelines/,
    /coding|and identity|twice|two fields|another field|TE\.TE/,
    "Both refuse, with another status: 501 is for transfer codings that are not known, 400 for what is malformed or says two things.",
  ),
  difference(
    "Expect",
    /^Connections/,
    /[Ee]xpect|100-continue/,
    "nginx sends 100 although the body is there, or none is to come, and ignores other expectations. RFC 9110 section 10.1.1 has 417 for " +
      "those.",
  ),
  difference(
    "Behind a request",
    /^Pipelines/,
    /a byte more/,
    "The byte too many makes a method of five letters, `dGET`; nginx refuses small letters in methods.",
  ),
  difference(
    "Names of fields in responses",
    /^Fields of responses/,
    /.*/,
    "nginx overlooks lines that are no fields. A client would read them in its own way.",
  ),
  difference(
    "Framing of responses",
    /^Framing of responses/,
    /.*/,
    "nginx takes a length it cannot read for none and waits for the close, takes the last of two lengths, the coding before the length, and " +
      "any coding for chunked that begins or ends so. The next client on that connection would get what is left.",
  ),
  difference(
    "Broken chunks",
    /^Chunked responses/,
    /.*/,
    "nginx follows a chunk size as far as it goes. Both cut the client off.",
  ),
];

/** The class of a row on which the two differ; undefined when nobody has explained it yet. */
export function differenceOf(topic: string, why: string): Difference | undefined {
  return differences.find((one) => one.topic.test(topic) && one.row.test(why));
}
