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
let typing = 0;

// What is in words counts as the least that the words allow.
function estimate(name, under) {
  const { words } = planOf(name, under);
  const [isInWords] = words;
  const least = isInWords ? over(under, words.map((leaf) => [leaf.name, "floor"])) : under;
  const { nodes, value, side } = planOf(name, least);
  const { shown, phrases } = QUANTITIES[name];
  const number = nodes.get(name).needs ? written(shownOf(name, value), shown) : typed(value, shown);
  const phrase = phrases[isInWords ? "in words" : number] || phrases.other;
  const text = side === "no bound" ? `${number} ${DATA.open}` : `${side} ${number}`.trim();
  return { value, text, phrase: fill(phrase, { number }) };
}

// Counts are shown in thousands, so that the numbers of a sum read the same elsewhere.
function shownOf(name, value, finer = 0) {
  const { shown, apart } = QUANTITIES[name];
  const { length } = abs(value).toFixed();
  const digits = DATA.whole.includes(shown) && length > 4 ? length - 3 : 3;
  return rounded(value, placeOf(value, shown, apart, digits) - finer);
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
  const { kind, value } = judged;
  if (kind !== "differs" || !finite(value)) return said[kind];
  const { shown } = QUANTITIES[check.quantity];
  const [low, high] = check.ends;
  const off = abs(shownOf(check.quantity, value) - (value > high ? high : low));
  const by = shown === "percent" ? `${written(100 * off, "")} points` : written(off, shown);
  return `${said.differs} by ${by}`;
}

// A sum recomputes by hand: where it would not, its operands get more digits.
function lineOf({ nodes, target }, values) {
  const { needs, text, plain, idle, reading } = nodes.get(target);
  const result = shownOf(target, values[target]);
  const texts = {};
  for (let finer = 0; ; finer += 1) {
    const byHand = { ...values };
    for (const name of needs) {
      const isSet = !nodes.get(name).needs;
      if (!isSet) byHand[name] = shownOf(name, values[name], finer);
      texts[name] = (isSet ? exact : written)(byHand[name], QUANTITIES[name].shown);
    }
    if (shownOf(target, RUNS[target][reading](byHand)) !== result && finer < 9) continue;
    const sum = fill(idle.every((name) => nodes.get(name).isSet) ? plain : text, texts);
    return `${sum} = ${written(result, QUANTITIES[target].shown)}`;
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
    const isOneGroup = /^[1-9]\d{0,2}[.,]\d{3}$/.test(part);
    if (isOneGroup && !part.includes(clear)) refuse(DATA.twoNumbers, { text });
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
    const value = valueOf(slide, setting);
    // A knob between two steps stands where its value is.
    node.step = onStep(slide, value) === value ? QUANTITIES[slide].step : "any";
    node.value = value;
    node.setAttribute("aria-valuetext", texts[`set ${slide}`]);
  });
  each("[data-read]", (node, { read }) => {
    node.value = nodeOf(read, setting.choices).reading ?? "";
  });
  each("[data-idle]", (node, { idle }) => {
    node.hidden = !DATA.claims.some(restsOn(idle));
  });
  $("joint").hidden = !texts["value at_risk_total"].includes(DATA.open);
  $("reset").disabled = !setting.choices.size;
  const ends = Object.entries(DATA.bars).map(([end, name]) => {
    const value = valueOf(name, setting) / 1e6;
    style(document.body, end, value);
    return value;
  });
  style(document.body, "reach", max(2.84, 1.1 * max(...ends)));
  clearTimeout(typing);
  clearTimeout(resting);
  resting = setTimeout(() => hold(rest), 250);
}

// What is under the finger stays there.
function hold(draw) {
  const { top } = moved.getBoundingClientRect();
  draw();
  scrollBy(0, moved.getBoundingClientRect().top - top);
}

function onStep(name, x, round = Math.round) {
  const { step } = QUANTITIES[name];
  return clean(round(clean(x / step)) * step);
}

const words = DATA.lever;

// Where a claim matches between two ends of a lever.
function matchesOn(spans, low, high, { place, shown }) {
  const near = (x, way) => {
    const end = rounded(x, place);
    return ((end - clean(x)) * way < 0 ? "about " : "") + written(end, shown);
  };
  const places = spans.filter(({ kind }) => kind === "matches").map(({ from, to }) => {
    const first = from > low ? ` from ${near(from, 1)}` : "";
    const last = to < high ? ` to ${near(to, -1)}` : "";
    return first + last;
  });
  const kinds = spans.map(({ kind }) => kind).filter(Boolean);
  if (!places[0]) return kinds.map((kind) => DATA.short[kind]).join(" then ");
  return `matches${places.join(" and")}${/round/.test(kinds) ? words.pale : ""}`;
}

function drawLever(node, { lever: name, claim: id }) {
  const { check, quantity } = claimOf(id);
  const { shown, varied } = QUANTITIES[name];
  // Without a value of its own, a lever shows what exact numbers give.
  const value = valueOf(name, setting) ?? varied[0];
  const [least, most] = [min(value, varied[0]), max(value, varied[1])];
  const spans = chart(check, name, setting, least, most);
  const hair = SAME * most;
  const kindsAt = (x) => spans.filter(({ from, to }) => from - hair <= x && x <= to + hair)
    .map(({ kind }) => kind);
  const kindAt = (x) => kindsAt(x).find(Boolean);
  // A lever ends where the library refuses, unless its own value is refused.
  const [below, above] = [spans[0], spans.at(-1)].map((span) =>
    kindAt(value) && !span.kind && span);
  const low = below ? min(value, onStep(name, below.to, Math.ceil)) : least;
  const high = above ? max(value, onStep(name, above.from, Math.floor)) : most;
  const part = (x) => (x - low) / (high - low);
  const [, slider, scale, effect] = node.children;
  const [start, turn, stop] = scale.children;
  Object.assign(slider, { min: low, max: high, value });
  // Words and readings may be judged otherwise than the number at which the knob stands.
  const [judged] = attempt(() => judge(check, setting));
  const kind = judged ? judged.kind : "";
  const isExact = kindsAt(value).includes(kind);
  const drawn = isExact ? spans : [{ from: low, to: high, kind }];
  const colours = drawn.map((span) =>
    `var(--${span.kind || "paper"}) ${100 * part(span.from)}% ${100 * part(span.to)}%`);
  style(slider, "track", `linear-gradient(to right, ${colours})`);
  const [prefix, at] = words.starts[Number(isExact)];
  turn.textContent = prefix + matchesOn(spans, low, high, QUANTITIES[name]);
  const { from, to } = spans.find((span) => span.kind === "matches") || {};
  const edge = from > low ? from : to;
  style(scale, "at", edge < high ? part(edge) : 0.5);
  style(scale, "tick", edge < high ? "2px" : 0);
  const endOf = (x) => exact(x, shown) + (kindAt(x) ? "" : words.none);
  start.textContent = endOf(low);
  stop.textContent = endOf(high);
  const end = value - low > high - value ? low : high;
  const [far] = attempt(() => estimate(quantity, over(setting, [[name, end]])).text);
  const { why = "" } = above || below || {};
  const verdict = far && DATA.short[kindAt(end)];
  effect.textContent = verdict ? fill(words.end, { at, end: endOf(end), far, verdict, why }) : "";
}

function rest() {
  each(".lever", drawLever);
  const choices = [...setting.choices];
  const [{ check, quantity }] = DATA.claims;
  each("[data-take]", (node, { take: name, reading }) => {
    const [text, refusal] = attempt(() => {
      const under = change([...choices, [name, reading]]);
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
  const [changed, refusal] = attempt(() => change([...setting.choices, pairOf()]));
  setting = changed || setting;
  return refusal;
}

function show(place, refusal) {
  each(".problem", (node) => (node.textContent = ""));
  place.textContent = refusal;
  render();
}

// What is typed is refused only once its box is left.
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
    return [name, Object.hasOwn(QUANTITIES[name].sources, choice) ? choice : readNumber(choice)];
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
  put(node, slide, () => onStep(slide, node.value));
});
// What is typed is taken after a pause, so that a number that is half written is not shown.
const readIn = (node, { set }) => () => {
  const { typed: words, ending, unit } = QUANTITIES[set];
  return words[node.value.trim()] ?? readNumber(node.value.replace(ending, ""), unit);
};
listen("[data-set]", "input", (node, data) => {
  clearTimeout(typing);
  typing = setTimeout(() => put(node, data.set, readIn(node, data), true), 400);
});
listen("[data-set]", "change", (node, data) => put(node, data.set, readIn(node, data)));
listen("[data-set]", "focus", (node) => {
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
