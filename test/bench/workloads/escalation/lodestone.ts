import type { Handler } from "lodestone";

const handler: Handler = (request) => {
  if (!request.path.startsWith("/shop/")) return;
  const variant = request.cookies.get("variant") === "b" ? "b" : "a";
  request.path = `/${variant}${request.path.slice("/shop".length)}`;
  request.headers.set("x-variant", variant);
  request.headers.set("x-base", "/shop");
  request.headers.delete("x-debug");
};

export default handler;
