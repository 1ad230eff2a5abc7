/** Bytes of a response; real ones have about 500, or 2,000 with the responder's certificate. */
const LONGEST = 65_536;
const TIMEOUT = 10_000;

/** Asks a responder (RFC 6960 appendix A.1). Resolves to its answer in DER. Rejects with an Error that says why there is none. */
export async function fetchOcsp(url: string, request: Uint8Array, signal: AbortSignal): Promise<Buffer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/ocsp-request", accept: "application/ocsp-response" },
    body: request as Uint8Array<ArrayBuffer>,
    redirect: "error",
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the responder answers with ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > LONGEST) throw new Error(`the responder's answer is longer than ${LONGEST} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
