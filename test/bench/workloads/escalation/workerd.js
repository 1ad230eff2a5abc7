const ofB = /(?:^|;\s*)variant=b(?:;|$)/;

export default {
  fetch(request, env) {
    const url = new URL(request.url);
    if (!url.pathname.startsWith("/shop/")) return env.app.fetch(request);
    const variant = ofB.test(request.headers.get("cookie") ?? "") ? "b" : "a";
    url.pathname = `/${variant}${url.pathname.slice("/shop".length)}`;
    const passed = new Request(url, request);
    passed.headers.set("x-variant", variant);
    passed.headers.set("x-base", "/shop");
    passed.headers.delete("x-debug");
    return env.app.fetch(passed);
  },
};
