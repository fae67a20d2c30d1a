// Judges what Python resolved.
const { abs, ceil, floor, log10, max, min, sign } = Math;
let setting = {};

const tolerance = (number) => 1e-9 * abs(number) + 1e-12;

function clamped(name, values) {
  const [low, high] = NODES[name].limits;
  return min(max(values[name], low), values[high] ?? high);
}

// A printed number gives way to a limit where its words allow it; what a case computes
// itself is not set.
function evaluate({ nodes }, given, clip) {
  const values = { ...given };
  for (const [name, { value, words, formula, needs, fixed }] of Object.entries(nodes)) {
    const isFree = (fixed && formula) || !(name in given);
    const made = RUNS[formula]?.(...needs.map((key) => values[key]));
    if (isFree) values[name] = made ?? value;
    if ((isFree && words?.[0] < value) || (clip && (formula || !isNaN(value))))
      values[name] = clamped(name, values);
  }
  return values;
}

function bounds(item, given, kinds) {
  let corners = [given];
  for (const [name, node] of Object.entries(item.nodes)) {
    const ends = kinds.flatMap((kind) => node[kind] ?? []);
    const at = (end) => corners.map((corner) => ({ ...corner, [name]: end }));
    if (ends.length && !(name in given))
      corners = [min(...ends), max(...ends)].flatMap(at);
  }
  const values = corners.map((corner) => evaluate(item, corner, true)[item.target]);
  const found = values.filter((value) => !isNaN(value));
  return [min(...found), max(...found)];
}

function refusal({ nodes, target }, values) {
  for (const name in nodes) {
    const { label, limits } = NODES[name];
    const end = clamped(name, values);
    if (!(abs(values[name] - end) > tolerance(end))) continue;
    const bound = values[name] > end ? "at most" : "at least";
    const limit = values[name] > end && NODES[limits[1]];
    const why = limit ? `, the value of ${limit.label}` : "";
    const must = `it must be ${bound} ${spell(name, end)}${why}`;
    return `${label} cannot be ${spell(name, values[name])}: ${must}`;
  }
  const isOpen = Object.keys(nodes).some((key) => isNaN(values[key]) && !nodes[key].formula);
  const isDefined = isOpen || Number.isFinite(values[target]);
  return isDefined ? "" : "the result would divide by zero";
}

function reached(id, given) {
  const { target, exact, rounded, low_end } = CASES[id];
  const values = evaluate(CASES[id], given);
  const refused = refusal(CASES[id], values);
  if (refused) return [`not computed: ${refused}`, "", refused];
  const value = values[target];
  function reaches([low, high], ends) {
    const [from, to] = target in given ? [given[target], given[target]] : ends;
    const least = values[low_end] ?? from;
    return [high >= least - tolerance(least), low <= to + tolerance(to)];
  }
  const codes = [reaches([value, value], exact)];
  for (const kinds of [["rounding"], ["rounding", "words"]]) {
    if (`${codes.at(-1)}` === "true,true") break;
    // Words alone have no value that could match.
    const isNone = isNaN(value) && !kinds[1];
    codes.push(isNone ? [] : reaches(bounds(CASES[id], given, kinds), rounded));
  }
  return [VERDICTS.at(codes.findIndex(([low, high]) => low && high)), codes.join()];
}

const judge = (id, given = setting) => reached(id, given)[0];

function partsOf(id, name) {
  const words = name in setting ? [] : (CASES[id].nodes[name].words ?? []);
  const [least, most] = NODES[name].range;
  const low = max(least, words[0] ?? least);
  const high = min(most, words[1] ?? most);
  const at = (x) => reached(id, { ...setting, [name]: x });
  const parts = [{ verdict: at(low)[0], from: low, to: high }];
  function scan(left, right, first, last) {
    const size = (right - left) / (high - low);
    if (first[1] === last[1] && size < 0.02) return;
    const middle = (left + right) / 2;
    if (size > 1e-12) {
      const found = at(middle);
      scan(left, middle, first, found);
      scan(middle, right, found, last);
    } else if (parts.at(-1).verdict !== last[0]) {
      parts.at(-1).to = middle;
      parts.push({ verdict: last[0], from: middle, to: high });
    }
  }
  scan(low, high, at(low), at(high));
  return parts.filter(({ verdict }) => verdict[0] !== "n");
}

function text(name, number, least = 1) {
  const digits = { minimumSignificantDigits: least, maximumSignificantDigits: 10 };
  let [size, word] = abs(number) < 1e6 ? [1, ""] : [1e6, " million"];
  if (NODES[name].unit === "percent") [size, word] = [0.01, " percent"];
  return (number / size + 0).toLocaleString("en", digits).replace("-", "−") + word;
}

function rounded(name, x, more, way) {
  const { plural: count, unit } = NODES[name];
  const size = abs(x);
  const isRatio = size >= 1 && size < 10 && unit !== "percent";
  const isThree = count ? size >= 1e4 && size < 1e6 : !isRatio;
  const place = floor(log10(size)) - (isThree ? 2 : 3) - more;
  const step = 10 ** (count ? max(place, 0) : place);
  const steps = Number((x.toPrecision(way ? 9 : 12) / step).toFixed(8));
  return x && Number(((way ? way(steps) : steps.toFixed()) * step).toPrecision(12));
}

const isGiven = (name, value) => value === (setting[name] ?? NODES[name].value);

function near(name, value, digits = 0) {
  const sides = (x) =>
    NODES[name].levels.map((end) => abs(x - end) > tolerance(end) && sign(x - end));
  const shown = rounded(name, value, digits);
  if (isGiven(name, value) || digits > 8) return value;
  return `${sides(shown)}` === `${sides(value)}` ? shown : near(name, value, digits + 1);
}

function spell(name, value, more) {
  const isPadded = value && NODES[name].unit === "percent" && !isGiven(name, value);
  return text(name, near(name, value, more), isPadded ? 3 : 1);
}

// As in "0.05 to 1" or "0 and 100 percent": a word such as percent is said once.
function joined(first, link, last) {
  return `${first.replace(/ \w+$/.exec(last), "")} ${link} ${last}`;
}

function inWords(name, { from, to }, parts) {
  const ends = (more) => [rounded(name, from, more, ceil), rounded(name, to, more, floor)];
  const more = [0, 1, 2, 3].find((digits) => ends(digits)[0] < ends(digits)[1]);
  const [first, last] = ends(more ?? 3).map((end) => text(name, end));
  const isFirst = from === NODES[name].range[0];
  if (more === undefined) return `only ${first}`;
  if (to === parts.at(-1).to) return isFirst ? "any value" : `at least ${first}`;
  if (isFirst) return `at most ${last}`;
  return joined(first, "to", last);
}

function shown(spec) {
  const [id, name] = spec.split(" ");
  const item = { ...CASES[id], target: name };
  const values = evaluate(item, setting, true);
  const isOpen = isNaN(values[name]);
  const { formula, words } = item.nodes[name];
  if (isOpen && formula) return NODES[name].open;
  if (isOpen && words[0] === 0) return NODES[name].label;
  const value = isOpen ? whole(id)[name] : values[name];
  const [least, most] = bounds(item, setting, ["words"]);
  const isMost = least < value - 2 * tolerance(value);
  if (isMost === most > value + 2 * tolerance(value)) return spell(name, value);
  return `${isMost ? "up to" : "at least"} ${spell(name, value)}`;
}

function partOf(spec) {
  const [id, name, line] = spec.split(" ");
  const values = evaluate(CASES[id], setting);
  const { formula, needs } = CASES[id].nodes[line];
  if (isNaN(values[line])) {
    const isLabel = (need) => shown(`${id} ${need}`) === NODES[need].label;
    const hasUnit = needs.some(isLabel) && !isLabel(name) && NODES[name].plural;
    return hasUnit ? `${shown(spec)} ${hasUnit}` : shown(spec);
  }
  let more = -1;
  let numbers;
  do {
    more += 1;
    numbers = needs.map((need) => near(need, values[need], more));
  } while (more < 8 && near(line, RUNS[formula](...numbers)) !== near(line, values[line]));
  const said = spell(name, values[name], more);
  return values[name] < 0 ? `(${said})` : said;
}

function whole(id, number) {
  const given = { ...setting };
  for (const [name, { value, stated, formula }] of Object.entries(CASES[id].nodes))
    if (!formula && isNaN(value)) given[name] ??= number ?? stated;
  return evaluate(CASES[id], given);
}

function isIdle(spec) {
  const [id, ...sides] = spec.split(/[ =]/);
  const values = whole(id, 0.37);
  const [one, other] = sides.map((name) => values[name] ?? Number(name));
  return one === other;
}

function* turnsOf(id) {
  for (const name in CASES[id].nodes) {
    const { phrase, ours } = NODES[name];
    if (!phrase || (!ours && name in setting)) continue;
    const parts = partsOf(id, name);
    const matching = parts.filter(({ verdict }) => verdict === VERDICTS[0]);
    const said = matching.map((part) => inWords(name, part, parts)).join(" or ");
    if (parts[1] && said) yield phrase.replace("{}", said);
  }
}

const link = () => `#${new URLSearchParams(setting)}`;

const WRITTEN = {
  value: shown,
  part: partOf,
  added(spec) {
    const [id, from, to] = spec.split(" ");
    const values = whole(id);
    return spell(to, values[to] - values[from]);
  },
  verdict: judge,
  phrase: (id) => PHRASES[judge(id).split(":")[0]],
  setting(line) {
    if (link() === "#") return "with the article's own numbers";
    return `with index.html${link().replaceAll("_", line)}`;
  },
};

function read(name, words) {
  const tidy = words.toLowerCase().replace("−", "-").replace(/,(?=\d{3}(?!\d))/g, "");
  const form = /^([-+]?\d*\.?\d+(?:e[-+]?\d+)?) *(%|percent|thousand|million)?$/;
  const [, digits, word] = form.exec(tidy.trim()) ?? [];
  const share = /^(percent|dim)/.test(NODES[name].unit) ? 0.01 : NaN;
  const scale = { thousand: 1e3, million: 1e6 }[word] ?? (word ? share : 1);
  return Number((digits * scale).toPrecision(15));
}

// Takes a setting unless it breaks a limit, and returns the reason if it does.
function attempt(made) {
  const before = setting;
  setting = made;
  const why = GUARDS.map((id) => reached(id, made)[2]).find(Boolean) ?? "";
  if (why) setting = before;
  return why;
}

function refused(name, words) {
  const { label, range, ours, unit } = NODES[name] ?? {};
  if (!range) return `nothing on this page is called "${name}"`;
  const number = read(name, words);
  const between = joined(text(name, range[0]), "and", text(name, range[1]));
  const allowed = `${label} must be a number between ${between}`;
  if (isNaN(number)) return `${allowed}, not "${words}"`;
  const isOutside = (x) => (x < range[0] || x > range[1]) && (ours || x);
  if (isOutside(number)) {
    const meant = unit === "percent" ? "percent" : "million";
    const isSlip = !isOutside(read(name, `${words} ${meant}`));
    const hint = isSlip ? `; did you mean "${words} ${meant}"?` : "";
    return `${allowed}, not ${words}${hint}`;
  }
  return attempt({ ...setting, [name]: number });
}

// What a field shows at first means: as in the article.
function reset(name) {
  const { [name]: _, ...made } = setting;
  return attempt(made);
}

// The last number of an address may allow the first.
function opened(words) {
  setting = {};
  const pairs = [...new URLSearchParams(words)];
  const tried = () => pairs.map(([name, said]) => name && refused(name, said));
  for (const _ of pairs) tried();
  return tried().filter(Boolean);
}

const find = (selector, node = document) => node.querySelector(selector);
let waiting;

function each(key, act) {
  for (const node of document.querySelectorAll(`[data-${key}]`))
    act(node, node.dataset[key]);
}

function draw() {
  for (const [key, written] of Object.entries(WRITTEN))
    each(key, (node, spec) => {
      const words = written(spec);
      if (node.textContent !== words) node.textContent = words;
      if (key === "verdict") [node.dataset.kind] = words.split(":");
    });
  each("form", (node, spec) => {
    const [id, name, form] = spec.split(" ");
    node.hidden = isNaN(evaluate(CASES[id], setting)[name]) !== (form === "open");
  });
  each("cite", (node, id) => (node.textContent = quoted(node, id)));
  each("idle", (node, spec) => (node.hidden = isIdle(spec)));
  const moved = (name) => name in setting || whole(PICTURED[0])[name] < NODES[name].value;
  each("words", (node, name) => node.classList.toggle("gone", moved(name)));
  each("field", (node, name) => {
    const { of, live } = node.dataset;
    node.value = shown(`${of} ${name}`);
    if (live === undefined) return;
    node.setAttribute("aria-valuenow", whole(of)[name]);
    node.setAttribute("aria-valuetext", node.value);
  });
  each("slide", (node, name) => (node.value = whole(node.dataset.of)[name]));
  each("chip", (node, hash) => node.setAttribute("aria-current", hash === link()));
  if (BARS[0]) drawPicture();
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    each("turns", listTurns);
    each("lever", drawLever);
  }, 60);
}

function drawPicture() {
  const values = {};
  for (const id of PICTURED) Object.assign(values, whole(id));
  const tallest = max(...BARS.map((name) => values[name]));
  values.end = max(find("figure").dataset.end, 1.08 * tallest);
  const place = (spec) => (100 * (values[spec] ?? spec)) / values.end;
  each("from", (node, from) => {
    const [start, stop] = [from, node.dataset.to ?? from].map(place);
    node.setAttribute("x", `${min(start, stop)}%`);
    if (node.dataset.to) node.setAttribute("width", `${abs(stop - start)}%`);
  });
}

function listTurns(node, id) {
  node.innerHTML = [...turnsOf(id)].map((said) => `<li>${said}</li>`).join("");
}

function drawLever(node, name) {
  const { of } = node.dataset;
  const slider = find("[type=range]", node);
  const share = (x) => (100 * (x - slider.min)) / (slider.max - slider.min);
  const parts = partsOf(of, name);
  const band = ({ verdict }, x, width) =>
    `<rect class="band${VERDICTS.indexOf(verdict)}" x="${x}%" width="${width}%"/>`;
  let bands = "";
  const keys = {};
  let end = "";
  for (const part of parts) {
    const [from, to] = [max(share(part.from), 0), min(share(part.to), 100)];
    if (from < to) bands += band(part, from, to - from);
    const key = `<svg>${band(part, 0, 100)}</svg> ${part.verdict}: `;
    // Both verdicts would seem to have a number that ends one part and begins the next.
    const words = inWords(name, part, parts);
    const said = words === `at least ${end}` ? `more than ${end}` : words;
    end = words.split(/ to |at most /).at(-1);
    keys[key] = [...(keys[key] ?? []), said];
  }
  find("svg", node).innerHTML = bands;
  // They are sorted by the number of the band, so that the best verdict is first.
  const items = Object.entries(keys).sort();
  const listed = items.map(([key, said]) => `<li>${key}${said.join(" or ")}</li>`);
  find(".parts", node).innerHTML = listed.join("");
}

// Under a setting, the sentence to quote is that of the setting.
function quoted(node, id) {
  node.article ??= node.textContent;
  const names = Object.keys(setting);
  if (!names.some((name) => name in CASES[id].nodes)) return node.article;
  const { target } = CASES[id];
  const given = names.map((name) => `${NODES[name].label} = ${spell(name, setting[name])}`);
  const found = `${NODES[target].label}: ${shown(`${id} ${target}`)}`;
  return `With ${given.join(" and ")}, the numbers of ${BY} give ${found}. Beside the article's words our verdict is "${judge(id)}". The article itself does not make this calculation.`;
}

// Words about a field stand beside it alone.
function complain(words, field, isNote) {
  find("#problem").textContent = field ? "" : words;
  each("error", (node) => (node.textContent = ""));
  each("field", (node) => node.setAttribute("aria-invalid", false));
  if (!field) return;
  const place = find(`#${field.getAttribute("aria-describedby")}`);
  place.textContent = words;
  place.classList.toggle("note", Boolean(isNote));
  field.setAttribute("aria-invalid", Boolean(words && !isNote));
}

function start() {
  const words = location.hash.slice(1);
  // A link to a place, whose folds the browser opens.
  if (document.getElementById(words)) return draw();
  const rest = opened(words).join("; ");
  complain(rest && `Part of this link could not be used: ${rest}.`);
  draw();
  if (rest) scrollTo(0, 0);
}

// A field that shows what the article says, or what is set already, changes nothing else.
function take(node) {
  const { slide, field = slide, of } = node.dataset;
  if (!field) return;
  const words = node.value.trim();
  if (!slide && words === shown(`${of} ${field}`)) return complain("", node);
  const isArticle = !slide && words === node.defaultValue;
  const why = isArticle ? reset(field) : refused(field, words);
  complain(why, node);
  const isExact = !why && !slide && field in setting;
  if (isExact && CASES[of].nodes[field].words) {
    const said = `${spell(field, setting[field])} counts as exact`;
    complain(`${said}, so the words "${node.defaultValue}" no longer leave room.`, node, true);
  }
  draw();
}

// Moves a number of the sentence by a step of its slider, which keeps to its ends.
function move(node, way) {
  const { field } = node.dataset;
  const slider = find(`[data-slide=${field}]`);
  slider.value = +slider.value + way * slider.step;
  complain(refused(field, slider.value), node);
  draw();
}

function spoken(node) {
  if (node.hidden) return "";
  const parts = [...node.childNodes].map(spoken).join("");
  return node.value ?? (parts || node.textContent);
}

// The address and what is read aloud change when a control is left.
function leave() {
  history.replaceState(null, "", link());
  if (find("#live")) find("#announced").textContent = spoken(find("#live"));
}

addEventListener("input", ({ target }) => target.dataset.slide && take(target));
addEventListener("change", ({ target }) => {
  if (!target.dataset.slide) take(target);
  leave();
});
addEventListener("keydown", (event) => {
  const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (!way || event.target.dataset.live === undefined) return;
  event.preventDefault();
  move(event.target, way);
});
addEventListener("focusout", ({ target }) => {
  if (target.dataset.live !== undefined) leave();
});
addEventListener("click", async ({ target }) => {
  const { copy } = target.dataset;
  if (!copy) return;
  const words = find(`#${copy}`)?.textContent ?? new URL(link(), location).href;
  const say = (said) => (target.nextElementSibling.textContent = said);
  say(words);
  await navigator.clipboard.writeText(words);
  say("Copied.");
});
addEventListener("hashchange", start);
for (const node of document.querySelectorAll("[disabled]")) node.disabled = false;
start();
