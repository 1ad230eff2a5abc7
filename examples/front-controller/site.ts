import { type Handler, stat } from "lodestone";

/** Never sent as files: the application's source code, and hidden files such as .env and .git. */
const secret = /\.php$|\/\./;

const handler: Handler = (request) => {
  if (stat(request.file)?.isFile && !secret.test(request.path)) return;

  const query = new URLSearchParams(request.query);
  query.delete("q"); // It is ours to set.
  request.query = `q=${asQueryValue(request.path)}&${query}`.replace(/&$/, "");
  request.path = "/index.php";
  request.backend = "application";
};

export default handler;

/** A path is percent-encoded already; only these two characters mean something else in a query. */
function asQueryValue(path: string): string {
  return path.replaceAll("&", "%26").replaceAll("+", "%2B");
}
