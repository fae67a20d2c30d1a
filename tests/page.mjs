// Runs the page's script without its page, and answers what a test asks.
import { readFileSync } from "node:fs";

const [, , path, asked] = process.argv;
const html = readFileSync(path, "utf8");
const script = html.split("<script>")[1].split("\nconst find = ")[0];
const names =
  "CASES, NODES, bounds, evaluate, isIdle, judge, opened, partOf, shown, spell, turnsOf";
const now = "setting: () => setting";
const page = new Function(`${script}; return { ${names}, ${now} };`)();

function answer({ words, values, parts, idle, spell }) {
  if (spell) return page.spell(...spell);
  const found = { left: page.opened(words), setting: page.setting(), headlines: {} };
  found.texts = [...values.map(page.shown), ...parts.map(page.partOf)];
  found.idle = idle.map(page.isIdle);
  for (const [id, item] of Object.entries(page.CASES)) {
    const value = page.evaluate(item, found.setting)[item.target];
    found.headlines[id] = {
      verdict: page.judge(id).split(":")[0],
      values: [value, ...page.bounds(item, found.setting, ["rounding"])],
      turns: [...page.turnsOf(id)].join("\n"),
    };
  }
  return found;
}

console.log(
  JSON.stringify(JSON.parse(readFileSync(asked, "utf8")).map(answer)),
);
