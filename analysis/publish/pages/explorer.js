// The page: what a reader moves, and what follows.
const $ = (id) => document.getElementById(id);
const each = (selector, act) => {
  for (const node of document.querySelectorAll(selector)) act(node, node.dataset);
};
const claimOf = (id) => DATA.claims.find((claim) => claim.id === id);
const inAddress = () => decodeURIComponent(location.hash.slice(1));
let setting = ARTICLE;
let [touched] = DATA.claims;
let resting = 0;

// Answers in words

function atLeast(name, under) {
  const { words } = planOf(name, under);
  return words.length ? over(under, words.map((leaf) => [leaf.name, "floor"])) : under;
}

/** A quantity with its side; where words give an input, at the least that they allow. */
function estimate(name, under) {
  const least = atLeast(name, under);
  const { nodes, value, side } = planOf(name, least);
  const { shown, apart, phrases } = QUANTITIES[name];
  const number = nodes.get(name).needs ? spell(value, shown, apart) : exact(value, shown);
  const phrase = phrases[least === under ? number : "in words"] || phrases.other;
  const text = side === "no bound" ? `${number}, ${side}` : `${side} ${number}`.trim();
  return { value, text, phrase: fill(phrase, { number }) };
}

const valueOf = (name, under) => attempt(() => estimate(name, under).value)[0];

function remarksOf(name, value, under) {
  const { remarks, unit } = QUANTITIES[name];
  const said = remarks.map(([above, words]) => {
    const other = isNumber(above) ? above : valueOf(above, under);
    return value > (other ?? NaN) ? fill(words, { more: spell(value - other, unit) }) : "";
  });
  return said.filter(Boolean).join(" ");
}

function isMoved({ check, working }, under) {
  const rows = [...working, [check.quantity, check.readings]];
  const plans = rows.map(([name, row]) => attempt(() => planOf(name, under, row))[0]);
  return [...under.choices.keys()].some((name) => plans.some((plan) => plan?.nodes.has(name)));
}

function verdictOf({ check, said }, under) {
  const [judged] = attempt(() => judge(check, under));
  if (!judged) return "not computable";
  const { verdict, value } = judged;
  if (verdict !== "differs" || !finite(value)) return said[verdict];
  const { shown, apart } = QUANTITIES[check.quantity];
  const [low, high] = check.ends;
  const off = abs(rounded(value, placeOf(value, shown, apart)) - (value > high ? high : low));
  const by = shown === "percent" ? `${written(100 * off, "")} points` : written(off, shown);
  return `${said.differs} by ${by}`;
}

/** A formula with its numbers, to the thousand, and the result by hand. */
function lineOf({ nodes, target }, values) {
  const { needs, text, plain, idle, reading } = nodes.get(target);
  const texts = {};
  const show = (name) => {
    const { shown, unit, apart } = QUANTITIES[name];
    const place = placeOf(values[name], shown, apart);
    const number = rounded(values[name], DATA.whole.includes(unit) ? min(place, 3) : place);
    const isSet = !nodes.get(name).needs;
    texts[name] = isSet ? exact(values[name], shown) : written(number, shown);
    if (!isSet) values[name] = number;
  };
  needs.forEach(show);
  values[target] = RUNS[target][reading](values);
  show(target);
  const isIdle = idle.every((name) => nodes.get(name).isSet);
  return `${fill(isIdle ? plain : text, texts)} = ${texts[target]}`;
}

function sumOf({ working }, under) {
  const lines = working.map(([name, readings]) => {
    // The sum that needs a number shows the one that the setting gives.
    if (readings.length && under.choices.has(name)) return "";
    const [line, refusal] = attempt(() => {
      const plan = planOf(name, under, readings);
      return finite(plan.value) ? lineOf(plan, plan.evaluate()) : "";
    });
    return line ?? refusal;
  });
  return [...new Set(lines.filter(Boolean))].join("; ");
}

function textsOf(under) {
  const parts = [...under.choices].map(([name, choice]) => {
    const { label, shown, sources } = QUANTITIES[name];
    return `${label}: ${isNumber(choice) ? exact(choice, shown) : sources[choice].words}`;
  });
  const differs = parts.length ? `Changed: ${parts.join("; ")}.` : "No settings changed.";
  const texts = { differs };
  for (const name of DATA.quantities) {
    const [found, refusal] = attempt(() => estimate(name, under));
    const { value, text, phrase } = found || DATA.none;
    texts[`value ${name}`] = text;
    texts[`set ${name}`] = phrase;
    texts[`note ${name}`] = refusal || remarksOf(name, value, under);
  }
  for (const claim of DATA.claims) {
    const isAsPrinted = !isMoved(claim, under);
    texts[`verdict ${claim.id}`] = isAsPrinted ? claim.verdict : verdictOf(claim, under);
    texts[`sum ${claim.id}`] = isAsPrinted ? claim.sum : sumOf(claim, under);
  }
  return texts;
}

/** Read 0,6 and 60 % and 1/3 and 500 000 and 0.4 million; "500.000" could be two numbers. */
function readNumber(text, unit) {
  const plain = text.trim().replace("−", "-").replace(/(\d)[\s']+(?=\d{3})/g, "$1");
  const pattern = /^(-?[\d.,]+)(?:\/([\d.,]+))? *(%|percent|thousand|million|billion)?$/;
  const [, top, bottom = "1", word] = pattern.exec(plain) || refuse(DATA.noNumber, { text });
  const clear = DATA.whole.includes(unit) && !word ? "," : ".";
  const digits = (part) => {
    const couldBeTwo = /^[1-9]\d{0,2}[.,]\d{3}$/.test(part) && !part.includes(clear);
    if (couldBeTwo) refuse(DATA.twoNumbers, { text });
    return part.replaceAll(",", /^-?\d{1,3}(,\d{3})+(\.|$)/.test(part) ? "" : ".");
  };
  const number = (digits(top) / digits(bottom)) * (word ? DATA.words[word] : 1);
  if (!finite(number)) refuse(DATA.noNumber, { text });
  return word ? clean(number) : number;
}

// What stands on the page

const restsOn = (name) => ({ quantity }) => planOf(quantity, setting).nodes.has(name);

const style = (node, name, value) => node.style.setProperty(`--${name}`, value);

function render() {
  const texts = textsOf(setting);
  texts["bar value"] = `${touched.label}: ${texts[`value ${touched.quantity}`]}`;
  texts["bar verdict"] = texts[`verdict ${touched.id}`];
  each("[data-out]", (node, data) => {
    const text = texts[data.out] ?? node.textContent;
    if (node.textContent !== text) node.textContent = text;
    [data.kind] = text.split(/\W/);
  });
  each("[data-set]", (node, { set }) => {
    if (node !== document.activeElement) node.value = texts[`set ${set}`];
    node.size = max(2, node.value.length);
  });
  each("[data-slide]", (node, { slide }) => {
    node.value = valueOf(slide, setting);
    node.setAttribute("aria-valuetext", texts[`set ${slide}`]);
  });
  each("[data-read]", (node, { read }) => {
    const choice = setting.choices.get(read) ?? QUANTITIES[read].usual;
    node.value = isNumber(choice) ? "" : choice;
  });
  each("[data-idle]", (node, { idle }) => {
    node.hidden = !DATA.claims.some(restsOn(idle));
  });
  $("reset").hidden = !setting.choices.size;
  const ends = DATA.bars.map((name) => valueOf(name, setting) / 1e6);
  ends.forEach((end, i) => style($("picture"), ["base", "now", "both"][i], end));
  style($("picture"), "reach", max(2.84, 1.1 * max(...ends)));
  clearTimeout(resting);
  resting = setTimeout(rest, 250);
}

/** A lever: how far it goes, and where along it the verdict stays. */
function drawLever(node, { lever: name, claim: id }) {
  const { check, quantity } = claimOf(id);
  const { shown, varied } = QUANTITIES[name];
  const value = valueOf(name, setting);
  const under = atLeast(quantity, setting);
  const [least, most] = [min(value, varied[0]), max(value, varied[1])];
  const spans = chart(check, name, under, least, most);
  // It ends where the library refuses.
  const refused = spans.filter((span) => !span.kind);
  const below = refused.filter((span) => span.to <= value).pop();
  const above = refused.find((span) => span.from >= value);
  const [low, high] = [below ? below.to : least, above ? above.from : most];
  const parts = node.querySelectorAll("[type=range], .scale > *, .effect");
  const [slider, start, turn, stop, effect] = parts;
  Object.assign(slider, { min: low, max: high, value });
  style(slider, "thumb", `var(--${atLeast(name, setting) === setting ? "blue" : "paper"})`);
  const colours = spans.map(({ kind, from, to }) => {
    const places = [from, to].map((x) => `${(100 * (x - low)) / (high - low)}%`);
    return `var(--${kind || "paper"}) ${places.join(" ")}`;
  });
  style(slider, "track", `linear-gradient(to right, ${colours})`);
  const inside = (x, way) => {
    let place = placeOf(x, shown);
    while ((rounded(x, place) - clean(x)) * way < 0) place -= 1;
    return written(rounded(x, place), shown);
  };
  const fits = spans.filter((span) => span.kind === "matches");
  const words = fits.map(({ from, to }) => {
    const first = from > low ? `from ${inside(from, 1)} ` : "";
    const last = to < high ? `to ${inside(to, -1)}` : "";
    return first + last || "throughout";
  });
  start.textContent = exact(low, shown);
  turn.textContent = `matches ${words.join(" and ") || "nowhere"}`;
  stop.textContent = exact(high, shown);
  const end = value - low > high - value ? low : high;
  const [far] = attempt(() => estimate(quantity, over(under, [[name, end]])).text);
  const { kind } = spans.find(({ from, to }) => from <= end && end <= to);
  const cut = above || below;
  const why = cut ? ` It ends at ${exact(cut === above ? high : low, shown)}: ${cut.why}.` : "";
  effect.textContent = `At ${exact(end, shown)}: ${far}, ${DATA.short[kind]}.${why}`;
}

function rest() {
  each(".lever", drawLever);
  const choices = [...setting.choices];
  const [{ check, quantity }] = DATA.claims;
  style($("readings"), "now", valueOf(quantity, setting) / 1e6);
  each("[data-take]", (node, { take: name, reading }) => {
    const [text, refusal] = attempt(() => {
      const under = change(new Map([...choices, [name, reading]]));
      style(node, "there", valueOf(quantity, under) / 1e6);
      return `${estimate(quantity, under).text}: ${DATA.short[judge(check, under).verdict]}`;
    });
    node.lastElementChild.textContent = text ?? refusal;
    node.setAttribute("aria-pressed", setting.choices.get(name) === reading);
  });
  const hash = choices.map((pair) => pair.join("=")).join("&");
  if (inAddress() !== hash) history.pushState(null, "", `#${hash}`);
  const description = textsOf(setting).differs;
  const scenario = { ...DATA.scenario, description, values: {} };
  for (const [name, choice] of choices) {
    scenario.values[name] = isNumber(choice) ? choice + QUANTITIES[name].suffix : choice;
  }
  $("file").href = `data:text/yaml,${encodeURIComponent(JSON.stringify(scenario, null, 2))}`;
  $("spoken").textContent = document.querySelector(".bar").textContent;
}

function command() {
  const choices = [...setting.choices];
  const claim = DATA.claims.find((one) => choices.every(([name]) => restsOn(name)(one)));
  const options = choices.map((pair) => ` --set ${pair.join("=")}`);
  return `analysis ${claim ? `explain ${claim.quantity}` : "verify"}${options.join("")}`;
}

// What a reader does

function take(place, choicesOf) {
  const [changed, refusal] = attempt(() => change(new Map(choicesOf())));
  setting = changed || setting;
  place.textContent = refusal;
  render();
}

function put(node, name, choiceOf) {
  const place = node.closest("section, .setting");
  touched = claimOf(place.id) || DATA.claims.find(restsOn(name)) || touched;
  $("preset").value = "";
  take(place.querySelector(".problem"), () => [...setting.choices, [name, choiceOf()]]);
}

/** Take a whole setting, as an address has it. */
function takeAll(text) {
  setting = ARTICLE;
  take($("refused"), () => text.split("&").filter(Boolean).map((part) => {
    const [name, choice = ""] = part.split("=");
    if (!DATA.settings.includes(name)) refuse(DATA.unknown, { name });
    return [name, QUANTITIES[name].sources[choice] ? choice : readNumber(choice)];
  }));
  rest();
}

const listen = (selector, type, act) => {
  each(selector, (node, data) => node.addEventListener(type, () => act(node, data)));
};
// The link that skips to a claim is no setting.
const fromAddress = () => $(inAddress()) || takeAll(inAddress());
listen("[data-slide]", "input", (node, { slide }) => put(node, slide, () => Number(node.value)));
listen("[data-set]", "change", (node, { set }) => {
  put(node, set, () => readNumber(node.value, QUANTITIES[set].unit));
});
listen("[data-set]", "focus", (node, { set }) => {
  node.value = valueOf(set, setting) ?? "";
  node.select();
});
listen("[data-set]", "blur", render);
listen("[data-read]", "change", (node, { read }) => put(node, read, () => node.value));
listen("[data-take]", "click", (node, { take: name, reading }) => {
  const isTaken = setting.choices.get(name) === reading;
  put(node, name, () => (isTaken ? QUANTITIES[name].usual : reading));
});
listen("#preset", "change", (node) => takeAll(node.value));
listen("#reset", "click", () => takeAll(""));
listen("[data-copy]", "click", (node, { copy }) => {
  const words = node.textContent;
  $("copied").value = copy === "link" ? location.href : command();
  $("copied").select();
  document.execCommand("copy");
  node.textContent = "Copied";
  setTimeout(() => (node.textContent = words), 2000);
});
addEventListener("popstate", fromAddress);
$("page").disabled = false;
fromAddress();
