const stones = ["granite", "basalt", "marble", "slate", "gneiss", "chalk", "flint", "obsidian"];
const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#039;",
};
const headers = { "content-type": "text/html; charset=utf-8" };

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);
const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const grouped = (number: number): string => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

export default (request: Request): Response => {
  const name = escaped(new URLSearchParams(request.query).get("name") ?? "stranger");
  let page = `<!doctype html>\n<title>Stones for ${name}</title>\n<h1>Good day, ${name}</h1>\n<table>\n`;
  for (let i = 0; i < 40; i++) {
    const stone = stones[i % stones.length]!;
    page += `<tr><td>${i + 1}<td>${capitalised(stone)}<td>${grouped((i * 7919) % 10_000)} kg\n`;
  }
  return new Response(`${page}</table>\n`, { headers });
};
