// Runs the page's script without its page, and answers what a test asks.
import { readFileSync } from "node:fs";

const [, , path, asked] = process.argv;
const html = readFileSync(path, "utf8");
const script = html.split("<script>")[1].split("// The page\n")[0];
const names =
  "CLAIMS, KNOWN, attempt, bounds, changed, judge, planOf, read, spansOf, spell, valueOf";
const page = new Function(`${script}; return { ${names} };`)();
const { CLAIMS, KNOWN, attempt, bounds, changed, judge, planOf, valueOf } = page;
const finite = (x) => (Number.isFinite(x) ? x : null);

function values(name, setting) {
  const plan = planOf(name, setting);
  const value = valueOf(name, plan);
  return [value, ...bounds(name, plan, ["rounding"])].map(finite);
}

function answer({ setting, values: asked, verdicts, section, lever, ends, link, spell }) {
  if (spell) return page.spell(...spell);
  if (section) return page.spansOf(CLAIMS[section], lever, {}, ...ends);
  if (link)
    return attempt(
      () => changed({}, link[0], page.read(...link)) && "taken",
      (refusal) => refusal,
    );
  const found = { values: {}, verdicts: {} };
  for (const name of Object.keys(asked))
    found.values[name] = attempt(
      () => values(name, setting),
      (refusal) => refusal,
    );
  for (const name of Object.keys(verdicts))
    found.verdicts[name] = attempt(
      () => judge(CLAIMS[name], setting),
      () => "not computed",
    );
  return found;
}

console.log(JSON.stringify(JSON.parse(readFileSync(asked, "utf8")).map(answer)));
