import { CUT } from "../request_row.ts";
import { answers, chunkedAnswer, type ResponseRow } from "../response_row.ts";

const ABC = "3\r\nabc\r\n";
const LAST = "0\r\n\r\n";

/** A chunked body that breaks: the client gets at most its valid beginning, and sees that the end is missing. */
function bad(body: string, begin: string, why: string, options: Partial<ResponseRow> = {}): ResponseRow {
  return { ...answers(chunkedAnswer(body), chunkedAnswer(begin) + CUT, why, "9112 7.1"), ...options };
}

function good(body: string, gets: string, why: string, rfc = "9112 7.1"): ResponseRow {
  return answers(chunkedAnswer(body), chunkedAnswer(gets), why, rfc);
}

/** Chunked responses, broken in each place. */
export const responseChunks: readonly ResponseRow[] = [
  good(ABC + LAST, ABC + LAST, "one chunk"),
  good(`${ABC}2\r\nde\r\n${LAST}`, `${ABC}2\r\nde\r\n${LAST}`, "two chunks"),
  good(LAST, LAST, "no chunk but the last"),
  good(`003;a="b"\r\nabc\r\n00\r\n\r\n`, ABC + LAST, "zeros and extensions go no further", "9112 7.1.1"),
  good(`${ABC}0\r\nX: a\r\nSet-Cookie: b\r\n\r\n`, ABC + LAST, "trailers go no further", "9110 6.5.1"),
  good(`${ABC}${LAST}surplus`, ABC + LAST, "bytes behind the last chunk go nowhere"),
  good(
    `${ABC}${LAST}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`,
    ABC + LAST,
    "a second response goes nowhere",
  ),
  bad(`x\r\nabc\r\n${LAST}`, "", "no size"),
  bad(`\r\nabc\r\n${LAST}`, "", "an empty size"),
  bad(`0x3\r\nabc\r\n${LAST}`, "", "a size with 0x"),
  bad(`-3\r\nabc\r\n${LAST}`, "", "a size with a minus"),
  bad(` 3\r\nabc\r\n${LAST}`, "", "a space before the size"),
  bad(`3 \r\nabc\r\n${LAST}`, "", "a space behind the size"),
  bad(`3\nabc\r\n${LAST}`, "", "LF behind the size"),
  bad(`3\rabc\r\n${LAST}`, "", "CR behind the size"),
  bad(`10000000000000003\r\nabc\r\n${LAST}`, "", "2^64 + 3"),
  bad(`ffffffffffffffff\r\nabc\r\n${LAST}`, "", "2^64 - 1"),
  bad(`fffffffffffff\r\nabc\r\n${LAST}`, "", "2^52 - 1"),
  bad(`${"0".repeat(300)}`, "", "a size without end"),
  bad(`3;a=${"b".repeat(300)}\r\nabc\r\n${LAST}`, "", "an extension of 300 bytes"),
  bad(`3;\nabc\r\n${LAST}`, "", "LF in an extension"),
  bad(`3;a="\r\nabc\r\n${LAST}`, "", "a quoted string without end"),
  bad(`3\r\nabc\n${LAST}`, ABC, "LF behind the data"),
  bad(`3\r\nabcXX${LAST}`, ABC, "two other bytes behind the data"),
  bad(`3\r\nabc${LAST}`, ABC, "nothing behind the data"),
  bad(`3\r\nabcd\r\n${LAST}`, ABC, "a byte more than its size"),
  bad(`${ABC}0\n\n`, ABC, "LF behind the last chunk"),
  bad(`${ABC}0\r\nX : a\r\n\r\n`, ABC, "a malformed trailer"),
  bad(`${ABC}0\r\nX: ${"a".repeat(20_000)}\r\n\r\n`, ABC, "trailers above the limit"),
  bad("", "", "the backend closes before the first chunk", { afterwards: "end" }),
  bad("3", "", "it closes within a size", { afterwards: "end" }),
  bad("3\r\n", "", "it closes behind a size", { afterwards: "end" }),
  bad("3\r\na", "1\r\na\r\n", "it closes within the data", { afterwards: "end" }),
  bad("3\r\nabc", ABC, "it closes behind the data", { afterwards: "end" }),
  bad(ABC, ABC, "it closes between chunks", { afterwards: "end" }),
  bad(`${ABC}0`, ABC, "it closes within the last size", { afterwards: "end" }),
  bad(`${ABC}0\r\n`, ABC, "it closes before the empty line", { afterwards: "end" }),
  bad(`${ABC}0\r\n\r`, ABC, "it closes within the empty line", { afterwards: "end" }),
  bad(`${ABC}0\r\nX: a\r\n`, ABC, "it closes within the trailers", { afterwards: "end" }),
  bad(ABC, ABC, "it resets between chunks", { afterwards: "reset" }),
  bad(ABC, ABC, "it falls silent between chunks"),
];
