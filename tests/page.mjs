// Runs the page's script without its page, and answers what a test asks.
import { readFileSync } from "node:fs";

const [, , path, asked] = process.argv;
const html = readFileSync(path, "utf8");
const script = html.split("<script>")[1].split("// The page\n")[0];
const names =
  "CLAIMS, attempt, bounds, changed, judge, planOf, read, spansOf, spell, valuesOf";
const page = new Function(`${script}; return { ${names} };`)();
const { CLAIMS, attempt, bounds, changed, judge, planOf, valuesOf } = page;
const finite = (x) => (Number.isFinite(x) ? x : null);

function values(name, setting) {
  const plan = planOf(name, setting);
  const value = valuesOf(name, plan)[name];
  return [value, ...bounds(name, plan, ["rounding"])].map(finite);
}

function answer({ setting, names, lever, number, spell }) {
  if (spell) return page.spell(...spell);
  if (lever) return page.spansOf(CLAIMS[number], lever, setting);
  const refused = (refusal) => ({ refusal });
  return attempt(() => {
    const read = ([name, choice]) =>
      typeof choice === "string"
        ? [name, choice]
        : [name, page.read(name, `${choice}`)];
    const made = changed(
      {},
      Object.fromEntries(Object.entries(setting).map(read)),
    );
    const found = { values: {}, verdicts: {} };
    for (const name of names)
      found.values[name] = attempt(() => values(name, made), refused);
    for (const id of Object.keys(CLAIMS))
      found.verdicts[id] = attempt(
        () => judge(CLAIMS[id], made),
        () => "not computed",
      );
    return found;
  }, refused);
}

console.log(
  JSON.stringify(JSON.parse(readFileSync(asked, "utf8")).map(answer)),
);
