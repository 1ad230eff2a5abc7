import type { Handler } from "lodestone";
import { checks } from "./checks.ts";

const handler: Handler = (request) => {
  const query = new URLSearchParams(request.query);
  for (const [place, name, pattern] of checks) {
    const value = place === "query" ? query.get(name) : request.headers.get(name);
    if (value === null || !pattern.test(value)) return new Response(`invalid: ${name}\n`, { status: 400 });
  }
  return new Response("valid\n");
};

export default handler;
