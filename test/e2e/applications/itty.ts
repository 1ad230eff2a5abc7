import {
  AutoRouter,
  cors,
  error,
  html,
  type IRequest,
  json,
  Router,
  StatusError,
  status,
  text,
  withContent,
  withCookies,
  withParams,
} from "itty-router";

/** An application as the documentation of itty-router would write it: nothing in it knows of Lodestone. */

interface Environment {
  readonly ORIGIN: string;
}
interface WaitContext {
  waitUntil(promise: Promise<unknown>): void;
}

const { preflight, corsify } = cors({
  origin: ["https://example.com"],
  credentials: true,
  allowMethods: ["GET", "POST"],
  maxAge: 600,
});

const pets = AutoRouter({ base: "/pets" })
  .get("/", () => ["cat", "dog"])
  .get("/:id", ({ id }: IRequest) => ({ pet: id }))
  .all("*", () => error(404, { area: "pets" }));

const plain = Router({ base: "/plain" })
  .all("*", withParams)
  .get("/:one/:two", (request: IRequest) => text(`${request.one} ${request.params.two}`));

const shared = AutoRouter({ base: "/shared", before: [preflight], finally: [corsify] }).get("/page", () => [
  "shared",
]);

const router = AutoRouter({ before: [withCookies] });

router
  .get("/", () => text("Hello itty!"))
  .get("/hello/:name?", ({ name = "World" }: IRequest) => `Hello, ${name}!`)
  .get("/todos/:id", ({ id, query }: IRequest) => ({ id, query }))
  .get("/greedy/:path+", ({ path }: IRequest) => ({ path }))
  .get("/own/:client/:file/:backend/:env", ({ client, file, backend, env }: IRequest) => ({
    client,
    file,
    backend,
    env,
  }))
  .get("/files/:name.:ext", ({ params }: IRequest) => params)
  .get("/query", ({ query }: IRequest) => query)
  .get("/cookies", ({ cookies }: IRequest) => cookies)
  .post("/content", withContent, ({ content }: IRequest) => ({ content }))
  .post("/form", withContent, ({ content }: IRequest) =>
    [...content].map(([name, value]: [string, unknown]) => [name, value]),
  )
  .get("/html", () => html("<h1>itty</h1>"))
  .get("/status", () => status(204))
  .get("/json", () => json({ made: "by hand" }, { status: 201, headers: { "x-hand": "made" } }))
  .get("/error", () => error(418, "I am a teapot"))
  .get("/thrown", () => {
    throw new StatusError(403, { reason: "not for you" });
  })
  .get("/broken", () => {
    throw new Error("what went wrong");
  })
  .get(
    "/early",
    () => {},
    () => "the second handler",
  )
  .all("/pets/*", pets.fetch)
  .all("/plain/*", plain.fetch)
  .all("/shared/*", shared.fetch)
  .get("/fetched", async (_request: IRequest, { ORIGIN }: Environment) => {
    const answers = await Promise.all(["/a", "/b"].map((path) => fetch(ORIGIN + path)));
    return Promise.all(answers.map((answer) => answer.json()));
  })
  .get("/passed", (_request: IRequest, { ORIGIN }: Environment) => fetch(`${ORIGIN}/passed`))
  .get("/later", (_request: IRequest, _environment: Environment, context: WaitContext) => {
    context.waitUntil(Promise.resolve().then(() => console.log("later is now")));
    return "answered";
  })
  .get(
    "/stream",
    () =>
      new Response(
        new ReadableStream({
          async start(controller) {
            for (const piece of ["one ", "two ", "three"]) {
              controller.enqueue(new TextEncoder().encode(piece));
              await new Promise((resolve) => setTimeout(resolve, 2));
            }
            controller.close();
          },
        }),
        { headers: { "content-type": "text/plain" } },
      ),
  );

export default router;
