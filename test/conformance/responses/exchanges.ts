import { CUT } from "../request_row.ts";
import { answers, chunkedAnswer, hello, type ResponseRow, refusedAnswer } from "../response_row.ts";

const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
const HINTS = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";

/** Interim responses, early ends, silence and slowness. */
export const responseExchanges: readonly ResponseRow[] = [
  answers(CONTINUE + hello(), hello(), "100 that nobody waits for", "9110 15.2.1"),
  answers(`HTTP/1.1 100\r\n\r\n${hello()}`, hello(), "100 without a reason", "9110 15.2.1"),
  answers(HINTS + hello(), HINTS + hello(), "103 goes on to the client", "8297 2"),
  answers(HINTS + HINTS + hello(), HINTS + HINTS + hello(), "103 twice", "8297 2"),
  answers(
    `HTTP/1.1 102 Processing\r\n\r\n${hello()}`,
    `HTTP/1.1 102 Processing\r\n\r\n${hello()}`,
    "102 goes on to the client",
    "9110 15.2",
  ),
  refusedAnswer(CONTINUE.repeat(100) + hello(), "a hundred interim responses", "9110 15.2"),
  refusedAnswer(CONTINUE.repeat(20_000), "interim responses without end", "9110 15.2"),
  refusedAnswer(CONTINUE, "an interim response, then silence", "9110 15.2", { afterwards: "end" }),
  answers(CONTINUE, 504, "an interim response, then nothing more", "9110 15.2"),
  refusedAnswer(
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "101 that nobody asked for",
    "9110 15.2.2",
  ),
  refusedAnswer("HTTP/1.1 101 Switching Protocols\r\n\r\n", "101 without Upgrade", "9110 15.2.2"),
  refusedAnswer(
    `HTTP/1.1 103 Early Hints\r\nX : a\r\n\r\n${hello()}`,
    "a malformed interim response",
    "9112 5.1",
  ),
  refusedAnswer("", "the backend closes without a word", "9112 8", { afterwards: "end" }),
  refusedAnswer("", "it resets without a word", "9112 8", { afterwards: "reset" }),
  answers("", 504, "it says nothing", "9110 15.6.5"),
  refusedAnswer("H", "it closes within the version", "9112 8", { afterwards: "end" }),
  refusedAnswer("HTTP/1.1 20", "it closes within the status", "9112 8", { afterwards: "end" }),
  refusedAnswer("HTTP/1.1 200 OK\r\n", "it closes behind the status line", "9112 8", { afterwards: "end" }),
  refusedAnswer("HTTP/1.1 200 OK\r\nX: a", "it closes within a field", "9112 8", { afterwards: "end" }),
  refusedAnswer("HTTP/1.1 200 OK\r\nX: a\r\n", "it closes before the empty line", "9112 8", {
    afterwards: "end",
  }),
  refusedAnswer("HTTP/1.1 200 OK\r\nX: a\r\n\r", "it closes within the empty line", "9112 8", {
    afterwards: "end",
  }),
  refusedAnswer("HTTP/1.1 200 OK\r\nX: a\r\n", "it resets within the head", "9112 8", {
    afterwards: "reset",
  }),
  answers("HTTP/1.1 200 OK\r\nX: a\r\n", 504, "it falls silent within the head", "9110 15.6.5"),
  answers(hello(), hello(), "byte by byte", "9112 2", { pace: 1 }),
  answers(
    chunkedAnswer("1\r\na\r\n0\r\n\r\n"),
    chunkedAnswer("1\r\na\r\n0\r\n\r\n"),
    "chunks byte by byte",
    "9112 7.1",
    { pace: 1 },
  ),
  answers(
    `HTTP/1.1 200 OK\r\nX: ${"a".repeat(100)}\r\n\r\n`,
    504,
    "a head that takes longer than it may",
    "9110 15.6.5",
    { pace: 20 },
  ),
  answers(
    `HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello`,
    `HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello${CUT}`,
    "a body that comes slowly and breaks off",
    "9112 8",
    { pace: 5, afterwards: "reset" },
  ),
];
