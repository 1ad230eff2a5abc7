import type { BodySource } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";

/** Takes the answer of a request piece by piece, for those that may never end. */
export interface AnswerReceiver {
  /** The answer begins; its body follows. */
  begin(status: number, headers: HeaderList): void;
  /** Part of the body. The next one comes when the promise is fulfilled. */
  piece(bytes: Buffer): Promise<void>;
}

/** Hands over a body as it comes. Fulfilled at its end; rejects with what ended it early. */
export function handOver(body: BodySource, receiver: AnswerReceiver): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let last = Promise.resolve();
  body.start({
    data(chunk) {
      last = receiver.piece(chunk);
      last.then(
        () => body.resume(),
        (error: unknown) => {
          body.cancel();
          reject(error);
        },
      );
      return false;
    },
    end: () => void last.then(resolve, reject),
    fail: (error) => void last.then(() => reject(error), reject),
  });
  return promise;
}
