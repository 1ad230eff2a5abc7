import type { Handler } from "lodestone";
import { moved } from "./moved.ts";
import { rules } from "./rules.ts";

const table = new Map(moved);

const handler: Handler = (request) => {
  const target = table.get(request.path);
  if (target !== undefined) return Response.redirect(target, 301);

  for (const [pattern, replacement] of rules) {
    if (pattern.test(request.path)) {
      return Response.redirect(request.path.replace(pattern, replacement), 301);
    }
  }

  return new Response("not moved\n");
};

export default handler;
