import { checkRequest, checkResponse } from "./check_message.ts";
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import { requestSeeds, responseSeeds } from "./seeds.ts";

/** Figures of one run. */
export interface FuzzReport {
  readonly inputs: number;
  /** Head read. */
  readonly accepted: number;
  /** Head and body read to the end. */
  readonly complete: number;
  /** Head or body refused. */
  readonly refused: number;
  readonly incomplete: number;
  readonly milliseconds: number;
}

/** Puts mutated messages through the codec, requests and responses in turn. Throws for the first that fails. */
export function fuzzCodec(
  inputs: number,
  seed: number,
  progress: (done: number) => void = () => {},
): FuzzReport {
  const random = new Random(seed);
  const requests = requestSeeds();
  const responses = responseSeeds();
  const count = { accepted: 0, complete: 0, refused: 0, incomplete: 0 };
  const begun = performance.now();
  for (let index = 0; index < inputs; index++) {
    const isRequest = index % 3 !== 2;
    const text = mutate(isRequest ? requests : responses, random);
    const bytes = Buffer.from(text, "latin1");
    try {
      const { head, end } = isRequest ? checkRequest(bytes, random) : checkResponse(bytes, random);
      if (head === "read") count.accepted++;
      if (end === "complete") count.complete++;
      if (end === "refused" || head === "refused") count.refused++;
      else if (end === "incomplete") count.incomplete++;
    } catch (error) {
      const what = `input ${index} of seed ${seed}, a ${isRequest ? "request" : "response"}: ${JSON.stringify(text)}`;
      throw new Error(what, { cause: error });
    }
    if (index % 50_000 === 49_999) progress(index + 1);
  }
  return { inputs, ...count, milliseconds: performance.now() - begun };
}
