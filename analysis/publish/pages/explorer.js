const $ = (id) => document.getElementById(id);
const each = (selector, act) => {
  for (const node of document.querySelectorAll(selector)) act(node, node.dataset);
};
const claimOf = (id) => DATA.claims.find((claim) => claim.id === id);
const inAddress = () => location.hash.slice(1);
let setting = ARTICLE;
let kept = ARTICLE;
let [touched] = DATA.claims;
let moved = document.body;
let resting = 0;
let still = null;

function atLeast(name, under) {
  const { words } = planOf(name, under);
  return words.length ? over(under, words.map((leaf) => [leaf.name, "floor"])) : under;
}

function estimate(name, under) {
  const least = atLeast(name, under);
  const { nodes, value, side } = planOf(name, least);
  const { shown, apart, phrases } = QUANTITIES[name];
  const number = nodes.get(name).needs ? spell(value, shown, apart) : typed(value, shown);
  const phrase = phrases[least === under ? number : "in words"] || phrases.other;
  const text = side === "no bound" ? `${number} ${DATA.open}` : `${side} ${number}`.trim();
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
  const used = namesIn([...working, [check.quantity, check.readings]], under);
  return [...under.choices.keys()].some((name) => used.includes(name));
}

function verdictOf({ check, said }, under) {
  const [judged] = attempt(() => judge(check, under));
  if (!judged) return "not computable";
  const { verdict, value } = judged;
  if (!finite(value)) return said[verdict];
  if (verdict === "matches" && !holds(check.plain, value)) return DATA.short.as_rounded;
  if (verdict !== "differs") return said[verdict];
  const { shown, apart } = QUANTITIES[check.quantity];
  const [low, high] = check.ends;
  const off = abs(rounded(value, placeOf(value, shown, apart)) - (value > high ? high : low));
  const by = shown === "percent" ? `${written(100 * off, "")} points` : written(off, shown);
  return `${said.differs} by ${by}`;
}

// A sum recomputes by hand: where it would not, its operands get more digits.
function lineOf({ nodes, target }, values) {
  const { needs, text, plain, idle, reading } = nodes.get(target);
  const placeIn = (name) => {
    const { shown, unit, apart } = QUANTITIES[name];
    const place = placeOf(values[name], shown, apart);
    return DATA.whole.includes(unit) ? min(place, 3) : place;
  };
  const value = values[target];
  const { shown } = QUANTITIES[target];
  const place = placeIn(target);
  const places = place === placeOf(value, shown) ? [place, place + 1] : [place];
  const texts = {};
  for (let finer = 0; ; finer += 1) {
    const byHand = { ...values };
    for (const name of needs) {
      const isSet = !nodes.get(name).needs;
      if (!isSet) byHand[name] = rounded(values[name], placeIn(name) - finer);
      texts[name] = (isSet ? exact : written)(byHand[name], QUANTITIES[name].shown);
    }
    const result = RUNS[target][reading](byHand);
    const last = places.find((end) => rounded(result, end) === rounded(value, end));
    if (last === undefined && finer < 9) continue;
    const isIdle = idle.every((name) => nodes.get(name).isSet);
    const sum = fill(isIdle ? plain : text, texts);
    return `${sum} = ${written(rounded(value, last ?? place), shown)}`;
  }
}

function sumOf({ working }, under) {
  const lines = working.map(([name, readings]) => {
    if (readings.length && under.choices.has(name)) return "";
    const [line, refusal] = attempt(() => {
      const plan = planOf(name, under, readings);
      return finite(plan.value) ? lineOf(plan, plan.evaluate()) : "";
    });
    return line ?? refusal;
  });
  return [...new Set(lines.filter(Boolean))].join("; ").replace(".;", ";");
}

function textsOf(under) {
  const parts = [...under.choices].map(([name, choice]) => {
    const { label, shown, sources } = QUANTITIES[name];
    return `${label}: ${isNumber(choice) ? typed(choice, shown) : sources[choice].words}`;
  });
  const texts = { differs: parts[0] ? `Changed: ${parts.join("; ")}.` : "" };
  for (const name of DATA.quantities) {
    const [found, refusal] = attempt(() => estimate(name, under));
    const { value, text, phrase } = found || DATA.none;
    texts[`value ${name}`] = text;
    texts[`set ${name}`] = phrase;
    texts[`note ${name}`] = refusal || remarksOf(name, value, under);
  }
  for (const claim of DATA.claims) {
    const verdict = isMoved(claim, under) ? verdictOf(claim, under) : claim.verdict;
    texts[`verdict ${claim.id}`] = verdict;
    texts[`sum ${claim.id}`] = sumOf(claim, under).replace(texts[`note ${claim.quantity}`], "");
  }
  return texts;
}

// Read 0,6 and 60 % and 1/3 and 500 000; "500.000" could be two.
function readNumber(text, unit) {
  const plain = text.trim().replace("−", "-").replace(/(\d)[\s']+(?=\d{3})/g, "$1");
  const pattern = /^(-?[\d.,]+)(?:\/([\d.,]+))? *(%|percent|thousand|million|billion)?$/;
  const [, top, bottom = "1", word] = pattern.exec(plain) || refuse(DATA.noNumber, { text });
  const clear = DATA.whole.includes(unit) && !word ? "," : ".";
  const digits = (part) => {
    const couldBeTwo = /^[1-9]\d{0,2}[.,]\d{3}$/.test(part) && !part.includes(clear);
    if (couldBeTwo) refuse(DATA.twoNumbers, { text });
    return part.replaceAll(",", /^-?[1-9]\d{0,2}(,\d{3})+(\.|$)/.test(part) ? "" : ".");
  };
  const number = (digits(top) / digits(bottom)) * (word ? DATA.words[word] : 1);
  if (!finite(number)) refuse(DATA.noNumber, { text });
  return word ? clean(number) : number;
}

const restsOn = (name) => ({ quantity }) => planOf(quantity, setting).nodes.has(name);

const style = (node, name, value) => node.style.setProperty(`--${name}`, value);

function render() {
  const texts = textsOf(setting);
  const { quantity } = touched;
  texts["bar value"] = `${QUANTITIES[quantity].label}: ${texts[`value ${quantity}`]}`;
  texts["bar verdict"] = texts[`verdict ${touched.id}`];
  each("[data-out]", (node, data) => {
    const text = texts[data.out] ?? node.textContent;
    if (node.textContent === text) return;
    node.textContent = text;
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
  $("joint").hidden = !texts["value at_risk_total"].includes(DATA.open);
  $("reset").disabled = !setting.choices.size;
  const ends = DATA.bars.map((name) => valueOf(name, setting) / 1e6);
  ends.forEach((end, i) => style($("picture"), ["base", "now", "both"][i], end));
  style($("picture"), "reach", max(2.84, 1.1 * max(...ends)));
  clearTimeout(resting);
  resting = setTimeout(() => hold(rest), 250);
}

// What is under the finger stays there.
function hold(draw) {
  const { top } = moved.getBoundingClientRect();
  draw();
  scrollBy(0, moved.getBoundingClientRect().top - top);
}

// Where a claim matches between two ends of a lever.
function matchesOn(spans, low, high, unit) {
  const inside = (x, way) => {
    let place = placeOf(x, unit);
    while ((rounded(x, place) - clean(x)) * way < 0) place -= 1;
    return written(rounded(x, place), unit);
  };
  const places = spans.filter(({ kind }) => kind === "matches").map(({ from, to }) => {
    const first = from > low ? `from ${inside(from, 1)} ` : "";
    const last = to < high ? `to ${inside(to, -1)}` : "";
    return (first + last).trim();
  });
  const isPale = spans.some(({ kind }) => kind === "matches_within_rounding");
  if (!places[0]) return spans.map(({ kind }) => DATA.short[kind]).join(" then ");
  return `matches ${places.join(" and ")}${isPale ? " before rounding" : ""}`;
}

function drawLever(node, { lever: name, claim: id }) {
  const { check, quantity } = claimOf(id);
  const { shown, varied, step } = QUANTITIES[name];
  const value = valueOf(name, setting);
  const isInWords = atLeast(name, setting) !== setting;
  const onStep = (x, round) => clean(round(clean(x / step)) * step);
  const [least, most] = [min(value, varied[0]), max(value, varied[1])];
  const spans = chart(check, name, setting, least, most);
  const kindAt = (x) => spans.find(({ kind, from, to }) => kind && from <= x && x <= to)?.kind;
  const refused = spans.filter(({ kind }) => kindAt(value) && !kind);
  const below = refused.filter(({ to }) => to <= value).pop();
  const above = refused.find(({ from }) => from >= value);
  const low = below ? min(value, onStep(below.to, Math.ceil)) : least;
  const high = above ? max(value, onStep(above.from, Math.floor)) : most;
  const part = (x) => (x - low) / (high - low);
  const [, slider, scale, effect] = node.children;
  const [start, turn, stop] = scale.children;
  Object.assign(slider, { min: onStep(low, Math.floor), max: high, step, value });
  style(slider, "thumb", `var(--${isInWords ? "paper" : "blue"})`);
  const colours = spans.map(({ kind, from, to }) =>
    `var(--${kind || "paper"}) ${100 * part(from)}% ${100 * part(to)}%`);
  style(slider, "track", `linear-gradient(to right, ${colours})`);
  turn.textContent = (isInWords ? "if exact, " : "") + matchesOn(spans, low, high, shown);
  const { from, to } = spans.find(({ kind }) => kind === "matches") || {};
  const edge = from > low ? from : to;
  style(scale, "at", edge < high ? part(edge) : 0.5);
  style(scale, "tick", edge < high ? "2px" : 0);
  const endOf = (x) => exact(x, shown) + (kindAt(x) ? "" : ": no value");
  start.textContent = endOf(low);
  stop.textContent = endOf(high);
  const end = value - low > high - value ? low : high;
  const [far] = attempt(() => estimate(quantity, over(setting, [[name, end]])).text);
  const cut = above || below;
  const why = cut ? ` It ends at ${exact(cut === above ? high : low, shown)}: ${cut.why}.` : "";
  const kind = DATA.short[kindAt(end)];
  effect.textContent = far && kind ? `At ${endOf(end)}: ${far}, ${kind}.${why}` : "";
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
  const isNew = inAddress() !== hash && (hash || !$(inAddress()));
  const isSettled = setting === kept && !$("refused").textContent;
  if (isNew && isSettled) history.pushState(null, "", `#${hash}`);
  const scenario = { ...DATA.scenario, description: textsOf(setting).differs, values: {} };
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

// Take a choice, or say why it is refused.
function take(pairOf) {
  const [changed, refusal] = attempt(() => change(new Map([...setting.choices, pairOf()])));
  setting = changed || setting;
  return refusal;
}

function show(place, refusal) {
  each(".problem", (node) => (node.textContent = ""));
  place.textContent = refusal;
  render();
}

// What is typed is taken as soon as it can be, and is refused only in the end.
function put(node, name, choiceOf, isTyping) {
  const place = node.closest("section, .setting");
  touched = claimOf(place.id) || DATA.claims.find(restsOn(name)) || touched;
  $("preset").value = "";
  if (isTyping) setting = kept;
  hold(() => {
    const refusal = take(() => [name, choiceOf()]);
    if (!isTyping) kept = setting;
    show(place.querySelector(".problem"), isTyping ? "" : refusal);
  });
}

function takeAll(text) {
  setting = ARTICLE;
  const refusals = [...new URLSearchParams(text)].map(([name, choice]) => take(() => {
    if (!DATA.settings.includes(name)) refuse(DATA.unknown, { name });
    return [name, QUANTITIES[name].sources[choice] ? choice : readNumber(choice)];
  }));
  kept = setting;
  const left = refusals.filter(Boolean).join(" ");
  show($("refused"), left && fill(DATA.leftOut, { left }));
  rest();
}

const listen = (selector, type, act) => {
  each(selector, (node, data) => node.addEventListener(type, () => act(node, data)));
};
for (const type of ["pointerdown", "input", "click"]) {
  addEventListener(type, ({ target }) => (moved = target), true);
}
// A touch that is not sideways scrolls.
addEventListener("pointerdown", (event) => (still = event.pointerType === "touch" && event));
addEventListener("pointermove", ({ clientX }) => {
  if (still && abs(clientX - still.clientX) > 8) still = null;
});
addEventListener("keydown", ({ key, target }) => {
  still = null;
  if (!target.dataset.set || !["Escape", "Enter"].includes(key)) return;
  if (key === "Escape") {
    target.value = target.defaultValue;
    setting = kept;
  }
  target.blur();
});
listen("[data-slide]", "input", (node, { slide }) => {
  if (still) return render();
  put(node, slide, () => Number(node.value));
});
for (const type of ["input", "change"]) {
  listen("[data-set]", type, (node, { set }) => put(node, set, () => {
    const { typed: words, ending, unit } = QUANTITIES[set];
    return words[node.value.trim()] ?? readNumber(node.value.replace(ending, ""), unit);
  }, type === "input"));
}
listen("[data-set]", "focus", (node, { set }) => {
  const [number] = attempt(() => planOf(set, setting).value);
  if (finite(number)) node.value = number;
  node.defaultValue = node.value;
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
listen("#file", "click", rest);
listen("[data-copy]", "click", (node, { copy }) => {
  rest();
  $("copied").value = copy === "link" ? location.href : command();
  $("copied").select();
  document.execCommand("copy");
  node.focus();
  node.textContent = "Copied";
  setTimeout(() => (node.textContent = node.value), 2000);
});
addEventListener("popstate", () => $(inAddress()) || takeAll(inAddress()));
$("page").disabled = false;
takeAll($(inAddress()) ? "" : inAddress());
