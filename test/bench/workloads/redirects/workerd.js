import { moved } from "moved.js";
import { rules } from "rules.js";

const table = new Map(moved);

const redirect = (location) => new Response(null, { status: 301, headers: { location } });

export default {
  fetch(request) {
    const { pathname } = new URL(request.url);
    const target = table.get(pathname);
    if (target !== undefined) return redirect(target);
    for (const [pattern, replacement] of rules) {
      if (pattern.test(pathname)) return redirect(pathname.replace(pattern, replacement));
    }
    return new Response("not moved\n");
  },
};
