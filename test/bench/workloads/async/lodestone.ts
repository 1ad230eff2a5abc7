import type { Handler } from "lodestone";

const handler: Handler = async () => {
  const answer = await fetch("backend:app/user");
  return new Response(`Hello, ${await answer.text()}!\n`);
};

export default handler;
