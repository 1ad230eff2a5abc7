import { CUT, chunked, get, line, passes, post, type RequestRow, refused } from "../request_row.ts";

const NEXT = line("GET /next HTTP/1.1");
const CHUNKS = "3\r\nabc\r\n0\r\n\r\n";

/** Several requests at once, and what smugglers hope to be taken for one. */
export const pipelines: readonly RequestRow[] = [
  passes(get() + NEXT, undefined, "two requests", "9112 9.3.2", {
    arrives: [get(), NEXT],
    statuses: [200, 200],
  }),
  passes(post("Content-Length: 3", "abc") + NEXT, undefined, "a request behind a body", "9112 9.3.2", {
    arrives: [post("Content-Length: 3", "abc"), NEXT],
    statuses: [200, 200],
  }),
  passes(chunked(CHUNKS) + NEXT, undefined, "a request behind chunks", "9112 9.3.2", {
    arrives: [chunked(CHUNKS), NEXT],
    statuses: [200, 200],
  }),
  passes(`${get()}\r\n${NEXT}`, undefined, "an empty line between requests", "9112 2.2", {
    arrives: [get(), NEXT],
    statuses: [200, 200],
  }),
  passes(get("Connection: close") + NEXT, get(), "nothing is read behind the last request", "9112 9.6", {
    goesOn: false,
  }),
  passes(`GET / HTTP/1.0\r\nHost: a\r\n\r\n${NEXT}`, get(), "nor behind one of HTTP/1.0", "9112 9.3", {
    goesOn: false,
  }),
  passes(NEXT.repeat(20), undefined, "twenty requests", "9112 9.3.2", {
    arrives: Array(20).fill(NEXT),
    statuses: Array(20).fill(200),
  }),
  refused(
    400,
    `${get()}GET / HTTP/1.1\r\n\r\n${NEXT}`,
    "nothing is read behind a refused request",
    "9112 9.6",
    {
      arrives: [get()],
      statuses: [200, 400],
    },
  ),
  refused(
    400,
    post(["Content-Length: 6", "Transfer-Encoding: chunked"], `0\r\n\r\nG`),
    "CL.TE: a front that takes the length, a back that takes the chunks",
    "9112 6.3",
  ),
  refused(
    400,
    post(["Content-Length: 4", "Transfer-Encoding: chunked"], `1e\r\n${NEXT.slice(0, 30)}\r\n0\r\n\r\n`),
    "TE.CL: the other way round",
    "9112 6.3",
  ),
  refused(
    501,
    post(["Transfer-Encoding: chunked", "Transfer-encoding: cow"], `0\r\n\r\n${NEXT}`),
    "TE.TE: a coding one of the two does not see",
    "9112 6.1",
  ),
  refused(
    400,
    `GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\n${NEXT}`,
    "CL.CL: two lengths",
    "9112 6.3",
  ),
  passes(get("Content-Length: 0") + NEXT, undefined, "CL.0: a length of nothing", "9112 6.3", {
    arrives: [get(), NEXT],
    statuses: [200, 200],
  }),
  passes(
    `GET / HTTP/1.1\r\nHost: a\r\nContent-Length: ${NEXT.length}\r\n\r\n${NEXT}`,
    undefined,
    "0.CL: a request as the body of GET",
    "9110 9.3.1",
  ),
  refused(
    400,
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length : ${NEXT.length}\r\n\r\n${NEXT}`,
    "a length that only the lenient see",
    "9112 5.1",
  ),
  refused(
    400,
    `POST / HTTP/1.1\r\nHost: a\r\nX: y\n\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`,
    "LF LF that ends a head for the lenient",
    "9112 2.2",
  ),
  refused(
    400,
    `POST / HTTP/1.1\r\nHost: a\r\nX: y\r\n\rGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`,
    "CR LF CR that ends a head for the very lenient",
    "9112 2.2",
  ),
  refused(
    400,
    `${chunked("0\r\n\r\n")}${CHUNKS}`,
    "a body behind the last chunk is a request, and none",
    "9112 7.1",
    {
      arrives: [chunked("0\r\n\r\n")],
      statuses: [200, 400],
    },
  ),
  refused(400, chunked(`0;\n\r\n${NEXT}`), "TERM.EXT: LF in the extension of the last chunk", "9112 7.1.1", {
    arrives: [chunked("") + CUT],
  }),
  refused(
    400,
    chunked(`2;\nxx\r\n4c\r\n0\r\n\r\n${NEXT}`),
    "EXT.TERM: LF in the extension of a chunk",
    "9112 7.1.1",
    {
      arrives: [chunked("") + CUT],
    },
  ),
  refused(400, chunked(`5\r\nabcde0\r\n\r\n${NEXT}`), "TERM.SPILL: data without its line end", "9112 7.1", {
    arrives: [chunked("5\r\nabcde\r\n") + CUT],
  }),
  refused(
    400,
    chunked(`5\r\nabcdeXX0\r\n\r\n${NEXT}`),
    "two other bytes instead of the line end",
    "9112 7.1",
    {
      arrives: [chunked("5\r\nabcde\r\n") + CUT],
    },
  ),
  refused(505, "PRX * HTTP/2.0\r\n\r\nSM\r\n\r\n", "a preface of HTTP/2, nearly", "9113 3.4"),
  refused(
    400,
    `${post("Content-Length: 3", "abcd")}`,
    "a byte more than the length is the next request",
    "9112 6.3",
    {
      arrives: [post("Content-Length: 3", "abc"), "dGET /probe HTTP/1.1\r\nHost: a\r\n\r\n"],
      statuses: [200, 200],
    },
  ),
  refused(
    400,
    post("Content-Length: 5", "abc"),
    "a byte less than the length takes it from the next request",
    "9112 6.3",
    {
      arrives: [post("Content-Length: 5", "abcGE"), "T /probe HTTP/1.1\r\nHost: a\r\n\r\n"],
      statuses: [200, 200],
    },
  ),
];
