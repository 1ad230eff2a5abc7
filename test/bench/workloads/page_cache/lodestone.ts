import { type Handler, site, stat } from "lodestone";

const handler: Handler = (request) => {
  const page = stat(`${site.root}/cache${request.path}.html`);
  if (page?.isFile) return Response.file(page.path);
  // Otherwise the application answers.
};

export default handler;
