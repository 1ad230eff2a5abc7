import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { basicAuth } from "hono/basic-auth";
import { bearerAuth } from "hono/bearer-auth";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, getSignedCookie, setCookie, setSignedCookie } from "hono/cookie";
import { cors } from "hono/cors";
import { csrf } from "hono/csrf";
import { etag } from "hono/etag";
import { html } from "hono/html";
import { HTTPException } from "hono/http-exception";
import { type JwtVariables, jwt, sign } from "hono/jwt";
import { logger } from "hono/logger";
import { methodOverride } from "hono/method-override";
import { poweredBy } from "hono/powered-by";
import { prettyJSON } from "hono/pretty-json";
import { proxy } from "hono/proxy";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { stream, streamSSE, streamText } from "hono/streaming";
import { timeout } from "hono/timeout";
import { endTime, setMetric, startTime, timing } from "hono/timing";
import { trimTrailingSlash } from "hono/trailing-slash";
import { validator } from "hono/validator";

/** An application as Hono's documentation would write it: nothing in it knows of Lodestone, but for `/backend`. */

interface Environment {
  Bindings: { readonly ORIGIN: string; readonly SECRET: string };
  Variables: JwtVariables & { steps: string[] };
}

const app = new Hono<Environment>();

app.use(logger());
app.use("/secure/*", secureHeaders(), poweredBy());
app.use(trimTrailingSlash());

// Routing.
app.get("/", (c) => c.text("Hello Hono!"));
app.get("/users/:name/posts/:id{[0-9]+}", (c) => c.json(c.req.param()));
app.get("/optional/:name?", (c) => c.text(c.req.param("name") ?? "nobody"));
app.get("/files/*", (c) => c.text(`file ${c.req.path}`));
app.on(["PUT", "DELETE"], "/many", (c) => c.text(c.req.method));
app.all("/any", (c) => c.text(c.req.method));
app.get("/query", (c) =>
  c.json({
    q: c.req.query("q"),
    all: c.req.query(),
    many: c.req.queries("many"),
    agent: c.req.header("x-agent"),
  }),
);

// Groups.
const books = new Hono<Environment>().basePath("/books");
books.get("/", (c) => c.json(["one", "two"]));
books.get("/:id", (c) => (c.req.param("id") === "0" ? c.notFound() : c.json({ id: c.req.param("id") })));
books.post("/", async (c) => c.json(await c.req.json(), 201));
app.route("/shop", books);

// Middleware.
const step =
  (name: string) =>
  async (c: Context<Environment>, next: () => Promise<void>): Promise<void> => {
    c.set("steps", [...(c.get("steps") ?? []), `${name} in`]);
    await next();
    c.header("x-steps", `${name} out`, { append: true });
  };
app.use("/chain/*", step("first"), step("second"));
app.get("/chain/end", (c) => c.json(c.get("steps")));
app.use("/timed/*", timing(), timeout(1000));
app.get("/timed/page", (c) => {
  setMetric(c, "region", "eu");
  startTime(c, "work");
  endTime(c, "work");
  return c.text("timed");
});
app.use("/identified", requestId());
app.get("/identified", (c) => c.text(c.get("requestId" as never)));

// Answers.
app.get("/html", (c) => c.html(html`<p title="${`"quoted" <${c.req.query("name") ?? ""}>`}">café ☕</p>`));
app.get("/redirect", (c) => c.redirect("/", 301));
app.get("/status", (c) => c.body(null, 204));
app.get("/body", (c) => c.body(new Uint8Array([0, 1, 254, 255]), 200, { "Content-Type": "image/x-test" }));
app.get("/response", () => new Response("made by hand", { status: 418, headers: { "x-hand": "made" } }));
app.get("/throw", () => {
  throw new Error("what nobody should see");
});
app.get("/exception", () => {
  throw new HTTPException(401, { message: "not for you", res: new Response("no", { status: 401 }) });
});
app.get("/accepts", (c) =>
  c.text(accepts(c, { header: "Accept-Language", supports: ["en", "de"], default: "en" })),
);
app.use("/pretty", prettyJSON());
app.get("/pretty", (c) => c.json({ a: [1, { b: "c" }] }));
app.get("/secure/page", (c) => c.text("secure"));
app.notFound((c) => c.text(`no ${c.req.path}`, 404));
app.onError((error, c) => {
  if (error instanceof HTTPException) return error.getResponse();
  return c.json({ error: error.name }, 500);
});

// Cookies.
app.get("/cookies/set", async (c) => {
  setCookie(c, "plain", "a b&c", { path: "/", httpOnly: true, secure: true, sameSite: "Lax", maxAge: 1000 });
  setCookie(c, "dated", "1", {
    expires: new Date(0),
    domain: "example.com",
    partitioned: true,
    secure: true,
  });
  await setSignedCookie(c, "signed", "value", c.env.SECRET);
  deleteCookie(c, "gone");
  return c.text("set");
});
app.get("/cookies/get", async (c) =>
  c.json({ all: getCookie(c), signed: await getSignedCookie(c, c.env.SECRET, "signed") }),
);

// Authentication.
app.get("/token", async (c) =>
  c.text(await sign({ sub: "anna", role: "admin", exp: 4_000_000_000 }, c.env.SECRET, "HS256")),
);
app.use("/jwt/*", (c, next) => jwt({ secret: c.env.SECRET, alg: "HS256" })(c, next));
app.get("/jwt/page", (c) => c.json(c.get("jwtPayload")));
app.use("/basic/*", basicAuth({ username: "anna", password: "söcret" }));
app.get("/basic/page", (c) => c.text("for anna"));
app.use("/bearer/*", bearerAuth({ token: "a-token" }));
app.get("/bearer/page", (c) => c.text("for the bearer"));

// Other origins.
app.use(
  "/cors/*",
  cors({ origin: "https://example.com", allowMethods: ["GET", "PUT"], maxAge: 600, credentials: true }),
);
app.get("/cors/page", (c) => c.text("shared"));
app.use("/csrf", csrf());
app.post("/csrf", (c) => c.text("posted"));

// Bodies.
app.post("/json", async (c) => c.json({ got: await c.req.json(), type: c.req.header("content-type") }));
app.post("/text", async (c) => c.text((await c.req.text()).toUpperCase()));
app.post("/bytes", async (c) => c.body(new Uint8Array(await c.req.arrayBuffer()).reverse()));
app.post("/blob", async (c) => {
  const { size, type } = await c.req.blob();
  return c.json({ size, type });
});
app.post("/form", async (c) => {
  const form = await c.req.formData();
  return c.json([...form].map(([name, value]) => [name, typeof value === "string" ? value : value.name]));
});
app.post("/upload", async (c) => {
  const { file, title, tags } = (await c.req.parseBody({ all: true })) as Record<string, File & string>;
  return c.json({
    title,
    tags,
    name: file!.name,
    type: file!.type,
    size: file!.size,
    text: await file!.text(),
  });
});
app.post(
  "/valid",
  validator("form", (value, c) => {
    if (typeof value.title !== "string" || value.title === "") return c.text("no title", 400);
    return { title: value.title };
  }),
  validator("query", (value) => ({ page: Number(value.page ?? 1) })),
  (c) => c.json({ ...c.req.valid("form"), ...c.req.valid("query") }),
);
app.post("/limited", bodyLimit({ maxSize: 100, onError: (c) => c.text("too much", 413) }), async (c) =>
  c.text(`${(await c.req.text()).length}`),
);
app.use("/method", methodOverride({ app }));
app.post("/method", (c) => c.text("posted"));
app.delete("/method", (c) => c.text("deleted"));
app.post("/clone", async (c) => {
  const copy = c.req.raw.clone();
  return c.text(`${await copy.text()} ${await c.req.text()} ${c.req.raw.bodyUsed}`);
});

// Entity tags.
app.use("/etag/*", etag());
app.get("/etag/page", (c) => c.text("a page with a tag"));
app.get("/etag/stream", (c) =>
  stream(c, async (out) => {
    for (const text of ["a ", "streamed ", "page"]) await out.write(text);
  }),
);

// Streaming.
app.get("/stream/bytes", (c) =>
  stream(c, async (out) => {
    await out.write(new Uint8Array([1, 2, 3]));
    await out.pipe(new Response("piped").body!);
  }),
);
app.get("/stream/text", (c) =>
  streamText(c, async (out) => {
    for (let i = 0; i < 3; i++) {
      await out.writeln(`line ${i} ☕`);
      await out.sleep(5);
    }
  }),
);
app.get("/stream/events", (c) =>
  streamSSE(c, async (out) => {
    for (let id = 0; id < 3; id++)
      await out.writeSSE({ data: `first\nsecond ${id}`, event: "tick", id: `${id}` });
  }),
);
app.get("/stream/fails", (c) =>
  stream(
    c,
    async (out) => {
      await out.write("begin ");
      throw new Error("in the middle");
    },
    async (error, out) => {
      await out.write(`caught ${error.message}`);
    },
  ),
);

// Elsewhere.
app.all("/proxy/*", (c) =>
  proxy(`${c.env.ORIGIN}${c.req.path.slice("/proxy".length)}`, {
    ...c.req,
    headers: { ...c.req.header(), "X-From": "hono", Authorization: undefined },
  }),
);
app.get("/proxied", async (c) => {
  const answer = await proxy(`${c.env.ORIGIN}/cookies`);
  answer.headers.delete("set-cookie");
  return answer;
});
app.all("/backend/*", (c) => proxy(`backend:app${c.req.path.slice("/backend".length)}`, { ...c.req }));
app.get("/fetched", async (c) => {
  const answers = await Promise.all(["/a", "/b", "/c"].map((path) => fetch(c.env.ORIGIN + path)));
  return c.json(await Promise.all(answers.map((answer) => answer.json())));
});
app.get("/env", (c) => c.json(c.env));
app.get("/later", (c) => {
  c.executionCtx.waitUntil(
    new Promise<void>((resolve) => {
      setTimeout(() => {
        console.log("later is now");
        resolve();
      }, 20);
    }),
  );
  return c.text("answered");
});

export default app;
