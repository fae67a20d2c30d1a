// Computes, judges and draws what Python resolved.

const { abs, ceil, floor, log10, max, min, sign } = Math;
let setting = {};

const slack = (number) => max(1e-9 * abs(number), 1e-12);

function clamped(name, values) {
  const [low, high] = NODES[name].limits;
  return min(max(values[name], low), values[high] ?? high);
}

const sourceOf = ({ own }, name) => own[name] ?? NODES[name];

// A printed number gives way to a limit where its words allow it.
function evaluate(item, given, clip) {
  const values = { ...given };
  for (const name of item.nodes) {
    const { value, words } = sourceOf(item, name);
    const givesWay = !(name in given) && words?.[0] < value;
    values[name] ??= RUNS[name]?.(values) ?? value;
    if (givesWay || (clip && !Number.isNaN(value)))
      values[name] = clamped(name, values);
  }
  return values;
}

// The ends of a target, with each input at each of its own.
function bounds(item, given, kinds) {
  let corners = [given];
  for (const name of item.nodes) {
    const ends = kinds.flatMap((kind) => sourceOf(item, name)[kind] ?? []);
    const at = (end) => corners.map((corner) => ({ ...corner, [name]: end }));
    if (ends.length && !(name in given))
      corners = [min(...ends), max(...ends)].flatMap(at);
  }
  const values = corners.map((corner) => evaluate(item, corner, true)[item.target]);
  const found = values.filter((value) => !isNaN(value));
  return [min(...found), max(...found)];
}

// Why a case has no value, if so.
function refusal({ nodes, target }, values) {
  for (const name of nodes) {
    const { label, limits } = NODES[name];
    const end = clamped(name, values);
    if (abs(values[name] - end) > 1.1e-9 * max(abs(end), 1))
      return `${label} would pass ${NODES[limits[1]]?.label ?? "its limit,"} ${spell(name, end)}`;
  }
  const isOpen = nodes.some((name) => isNaN(values[name]) && !RUNS[name]);
  return isOpen || Number.isFinite(values[target]) ? "" : "it divides by zero";
}

// The verdict, and which ends of the claim are reached.
function reached(id, given) {
  const { target, exact, rounded, low_end, said } = CASES[id];
  const values = evaluate(CASES[id], given);
  const refused = refusal(CASES[id], values);
  if (refused) return [`not computed: ${refused}`, "", refused];
  const value = values[target];
  function reaches([low, high], ends) {
    // What is set stands for what is printed.
    const [from, to] = said in given ? [given[said], given[said]] : ends;
    const least = values[low_end] ?? from;
    return [high >= least - slack(least), low <= to + slack(to)];
  }
  const codes = [reaches([value, value], exact)];
  for (const kinds of [["rounding"], ["rounding", "words"]]) {
    if (`${codes.at(-1)}` === "true,true") break;
    // A number in words only has no value that could match.
    const isNone = isNaN(value) && !kinds[1];
    codes.push(isNone ? [] : reaches(bounds(CASES[id], given, kinds), rounded));
  }
  return [VERDICTS.at(codes.findIndex(([low, high]) => low && high)), codes.join()];
}

const judge = (id, given = setting) => reached(id, given)[0];

// The parts of a range in which a verdict stays.
function partsOf(id, name) {
  const [low, high] = NODES[name].room;
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

// Three digits; four above a million, below 10,000, and from one to ten.
function rounded(name, x, more, way) {
  const { count, unit } = NODES[name];
  const size = abs(x);
  const isRatio = size >= 1 && size < 10 && unit !== "percent";
  const isThree = count ? size >= 1e4 && size < 1e6 : !isRatio;
  const place = floor(log10(size)) - (isThree ? 2 : 3) - more;
  const step = 10 ** (count ? max(place, 0) : place);
  const steps = Number((x.toPrecision(way ? 9 : 12) / step).toFixed(8));
  return x && Number(((way ? way(steps) : steps.toFixed()) * step).toPrecision(12));
}

const isGiven = (name, value) => value === (setting[name] ?? NODES[name].value);

// A number seems to reach no end that it misses; a given one is whole.
function near(name, value, digits = 0) {
  const sides = (x) =>
    NODES[name].levels.map((end) => abs(x - end) > slack(end) && sign(x - end));
  const shown = rounded(name, value, digits);
  if (isGiven(name, value) || digits > 8) return value;
  return `${sides(shown)}` === `${sides(value)}` ? shown : near(name, value, digits + 1);
}

function spell(name, value, more) {
  const isPadded = value && NODES[name].unit === "percent" && !isGiven(name, value);
  return text(name, near(name, value, more), isPadded ? 3 : 1);
}

function inWords(name, { from, to }, parts) {
  const ends = (more) => [rounded(name, from, more, ceil), rounded(name, to, more, floor)];
  const more = [0, 1, 2, 3].find((digits) => ends(digits)[0] < ends(digits)[1]);
  const [first, last] = ends(more ?? 3).map((end) => text(name, end));
  const isFirst = from === parts[0].from;
  if (more === undefined) return `only ${first}`;
  if (to === parts.at(-1).to) return isFirst ? "any" : `at least ${first}`;
  if (isFirst) return `at most ${last}`;
  return `${first.replace(/ \w+$/.exec(last), "")} to ${last}`;
}

// A number; in a line, with the digits that redo its result.
function shown(spec) {
  const [id, name, line = name] = spec.split(" ");
  const item = { ...CASES[id], target: name };
  const values = evaluate(item, setting);
  const isOpen = isNaN(values[name]);
  if (isOpen && RUNS[name]) return "no single sum";
  const { words } = sourceOf(item, name);
  if (isOpen && words[0] === 0) return NODES[name].label;
  const value = isOpen ? words[0] : values[name];
  const isPart = line !== name && !isNaN(values[line]);
  let more = 0;
  const get = (_, need) => near(need, values[need], more);
  const byHand = () => near(line, RUNS[line](new Proxy({}, { get })));
  while (isPart && more < 8 && byHand() !== near(line, values[line])) more += 1;
  const said = spell(name, value, more);
  if (isPart) return value < 0 ? `(${said})` : said;
  const [least, most] = bounds(item, setting, ["words"]);
  const isMost = least < value - 2 * slack(value);
  if (isMost === most > value + 2 * slack(value)) return said;
  return `${isMost ? "up to" : "at least"} ${said}`;
}

function* turnsOf(id) {
  for (const name of CASES[id].nodes) {
    const { phrase, ours } = NODES[name];
    if (!phrase || (!ours && name in setting)) continue;
    const { words } = sourceOf(CASES[id], name);
    const [least = -Infinity, most = Infinity] = name in setting ? [] : words;
    const [parts, held] = [partsOf(id, name), []];
    for (const { verdict, from, to } of parts) {
      const part = { from: max(from, least), to: min(to, most) };
      if (verdict === VERDICTS[0] && part.from <= part.to)
        held.push(inWords(name, part, parts));
    }
    if (parts[1] && held[0]) yield `· ${phrase.replace("{}", held.join(" or "))}`;
  }
}

const link = () => `#${new URLSearchParams(setting)}`;

const WRITTEN = {
  value: shown,
  verdict: judge,
  changes() {
    const said = (id) =>
      judge(id) === judge(id, {}) ? [] : `headline ${id} ${judge(id)}`;
    const words = Object.keys(CASES).flatMap(said).join(", ");
    return link() === "#" ? "" : `With your numbers: ${words || "the verdicts stay"}.`;
  },
  setting(line) {
    const said = ([name, value]) => `${NODES[name].label} = ${text(name, value)}; `;
    const words = Object.entries(setting).map(said).join("");
    if (!words) return "with the article’s own numbers";
    return `with ${words}index.html${link().replaceAll("_", line)}`;
  },
  turns: (id) => [...turnsOf(id)].join("\n"),
};

// Read 0.6, 0,6, 60%, 500,000, 500k, 1.5 million.
function read(name, words) {
  const form = /^([-+]?\d*[.,]?\d+(?:e[-+]?\d+)?) *(%|percent|k|thousand|m|million)?$/;
  const tidy = words.toLowerCase().replace("−", "-").replace(/,(?=\d{3}(?!\d))/g, "");
  const [, digits, [letter] = "1"] = form.exec(tidy.trim()) ?? [];
  const share = NODES[name].count ? NaN : 0.01;
  const scale = { 1: 1, "%": share, p: share, k: 1e3, t: 1e3, m: 1e6 }[letter];
  return Number((digits?.replace(",", ".") * scale).toPrecision(15));
}

// Sets a number that leaves a picture, or says why not.
function refused(name, words) {
  const { label, range, span, zero } = NODES[name] ?? {};
  if (!range) return `The page has no number “${name}”`;
  const number = read(name, words);
  if (isNaN(number)) return `${label}: “${words}” is not a number`;
  const [low, high] = range;
  if ((number < low || number > high) && !(zero && !number))
    return `${label}: ${span}, not ${text(name, number)}`;
  const made = { ...setting, [name]: number };
  const why = [5, 6].map((id) => reached(id, made)[2]).find(Boolean) ?? "";
  if (!why) setting = made;
  return why;
}

// Sets what an address can; its last number may allow the first.
function opened(words) {
  setting = {};
  const pairs = [...new URLSearchParams(words)];
  const tried = () => pairs.map(([name, said]) => name && refused(name, said));
  for (const _ of pairs) tried();
  return tried().filter(Boolean);
}

// The page

const find = (selector, node = document) => node.querySelector(selector);
let waiting;

function each(key, act) {
  for (const node of document.querySelectorAll(`[data-${key}]`))
    act(node, node.dataset[key]);
}

function write(key) {
  each(key, (node, spec) => {
    const { form = "{}", idle } = node.dataset;
    const words = WRITTEN[key](spec);
    const said = words === idle ? "" : form.replace("{}", words);
    if (node.textContent !== said) node.textContent = said;
    if (key === "verdict") [node.dataset.kind] = words.split(":");
  });
}

function draw() {
  for (const key of ["value", "verdict", "changes", "setting"]) write(key);
  each("words", (node, name) => node.classList.toggle("gone", name in setting));
  each("field", (node, name) => (node.value = shown(`${node.dataset.of} ${name}`)));
  each("chip", (node, hash) => node.setAttribute("aria-current", hash === link()));
  drawPicture();
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    write("turns");
    each("lever", drawLever);
  }, 60);
}

function drawPicture() {
  const values = evaluate(CASES[6], { ...START, ...setting });
  values.end = max(START.end, 1.1 * values.at_risk_total);
  const place = (spec) => (100 * (values[spec] ?? spec)) / values.end;
  each("from", (node, from) => {
    const [start, stop] = [from, node.dataset.to ?? from].map(place);
    node.setAttribute("x", `${min(start, stop)}%`);
    if (node.dataset.to) node.setAttribute("width", `${abs(stop - start)}%`);
  });
}

function drawLever(node, name) {
  const { of } = node.dataset;
  const slider = find("[type=range]", node);
  const share = (x) => (100 * (x - slider.min)) / (slider.max - slider.min);
  const now = setting[name] ?? NODES[name].value;
  slider.value = setting[name] ?? START[name] ?? now;
  slider.setAttribute("aria-valuetext", shown(`${of} ${name}`));
  let [bands, words] = ["", ""];
  const say = (kind, said, isNow) =>
    (words += `<span data-kind="${kind}" class="${isNow ? "now" : ""}">${said}</span> `);
  if (isNaN(now)) say(judge(of), `in words only: ${judge(of)}`, true);
  const parts = partsOf(of, name);
  for (const part of parts) {
    const [from, to] = [max(share(part.from), 0), min(share(part.to), 100)];
    if (from >= to) continue;
    const code = VERDICTS.indexOf(part.verdict);
    bands += `<rect class="band${code}" x="${from}%" width="${to - from}%"/>`;
    const said = `${part.verdict}: ${inWords(name, part, parts)}`;
    say(part.verdict, said, part.from <= now && now <= part.to);
  }
  find("svg", node).innerHTML = bands;
  find(".parts", node).innerHTML = words;
}

function complain(words, name) {
  find("#problem").textContent = name ? "" : words;
  each("field", (field, of) => {
    const said = of === name ? words : "";
    find(`#${of}-error`).textContent = said;
    field.setAttribute("aria-invalid", said !== "");
  });
}

function start() {
  const words = location.hash.slice(1);
  if (document.getElementById(words)) return draw();
  const rest = opened(words).join("; ");
  complain(rest && `Left out of the address: ${rest}.`);
  draw();
  if (rest) find("#problem").scrollIntoView({ block: "center" });
}

function take({ dataset: { slide, field = slide }, value }) {
  if (field) complain(refused(field, value), field);
  draw();
}

addEventListener("input", ({ target }) => target.dataset.slide && take(target));
addEventListener("change", ({ target }) => {
  take(target);
  history.replaceState(null, "", link());
});
addEventListener("click", async ({ target }) => {
  const { copy } = target.dataset;
  if (!copy) return;
  const words = find(`#${copy}`)?.textContent ?? new URL(link(), location).href;
  const say = (said) => (target.nextElementSibling.textContent = said);
  say(words);
  await navigator.clipboard.writeText(words);
  say("Copied.");
  setTimeout(say, 3000, "");
});
addEventListener("hashchange", start);
for (const node of document.querySelectorAll("[disabled]")) node.disabled = false;
start();
