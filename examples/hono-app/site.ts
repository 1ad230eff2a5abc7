import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { streamSSE } from "hono/streaming";
import { validator } from "hono/validator";

interface Stone {
  readonly name: string;
  readonly hardness: number;
}

/** Lives as long as the isolate, in one worker: enough for an example. */
const stones = new Map<string, Stone>([
  ["quartz", { name: "quartz", hardness: 7 }],
  ["talc", { name: "talc", hardness: 1 }],
]);
const mostStones = 100;

const app = new Hono<{ Bindings: { GREETING: string } }>();

app.use(secureHeaders());
app.use("/api/*", cors());

app.get("/", (c) => {
  const visits = Number(getCookie(c, "visits") ?? 0) + 1;
  setCookie(c, "visits", `${visits}`, { httpOnly: true, sameSite: "Lax" });
  return c.text(`${c.env.GREETING} Visit ${visits}.\n`);
});

const api = new Hono();
api.get("/stones", (c) => c.json([...stones.values()]));
api.get("/stones/:name", (c) => {
  const stone = stones.get(c.req.param("name"));
  if (stone === undefined) throw new HTTPException(404, { message: "there is no such stone" });
  return c.json(stone);
});
api.post("/stones", validator("json", toStone), (c) => {
  const stone = c.req.valid("json");
  if (stones.size >= mostStones) throw new HTTPException(507, { message: "there is no room" });
  stones.set(stone.name, stone);
  return c.json(stone, 201);
});
app.route("/api", api);

app.get("/weighing", (c) =>
  streamSSE(c, async (stream) => {
    for (const { name } of stones.values()) {
      await stream.writeSSE({ event: "stone", data: name });
      await stream.sleep(10);
    }
  }),
);

app.get("/stone/:name", (c) => c.redirect(`/api/stones/${c.req.param("name")}`, 301));

// What nothing above has answered is the application's: its answer passes through with its body on the host.
app.all("*", (c) => fetch(c.req.raw));

app.onError((error, c) => {
  if (error instanceof HTTPException) return c.json({ error: error.message }, error.status);
  throw error;
});

export default app;

function toStone(value: unknown): Stone {
  const { name, hardness } = (value ?? {}) as { name?: unknown; hardness?: unknown };
  if (typeof name !== "string" || !/^[a-z]{1,20}$/.test(name)) {
    throw new HTTPException(422, { message: "name must be 1 to 20 letters" });
  }
  if (typeof hardness !== "number" || !(hardness >= 1 && hardness <= 10)) {
    throw new HTTPException(422, { message: "hardness must be a number from 1 to 10" });
  }
  return { name, hardness };
}
