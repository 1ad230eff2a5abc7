import { checks } from "checks.js";

export default {
  fetch(request) {
    const { searchParams } = new URL(request.url);
    for (const [place, name, pattern] of checks) {
      const value = place === "query" ? searchParams.get(name) : request.headers.get(name);
      if (value === null || !pattern.test(value)) return new Response(`invalid: ${name}\n`, { status: 400 });
    }
    return new Response("valid\n");
  },
};
