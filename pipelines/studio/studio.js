"use strict";
// The page of the studio. What is typed goes to the server, one question at a time; all that comes back goes in as text.
const data = { labels: [], lfs: [], draft: null };
const byId = (id) => document.getElementById(id);
const token = document.querySelector("meta[name=token]").content;
const form = byId("form");
const fields = form.elements;
const OF_LF = ["new", "lost", "conflicts", "votes", "wrong"];
const ENTRIES = {
  keywords: ["Words and phrases, one a line", "A star stands for any ending: disappoint*"],
  hashtags: ["Hashtags", "With or without the sign, side by side or one a line; a star stands for any ending."],
  emoji: ["Emoji and emoticons", "Side by side or one a line. Skin tones and styles do not matter."],
  lexicon: ["Words with their weights, one a line", "As: good 1.5. It votes where the weights of a text add up to the sum below."],
};

const NO_VOTE =
  "It votes on no text. Search the texts for a part of what is typed, to see how people write it, " +
  "or choose one of the words worth an LF.";

const NO_LABEL = "Choose the label that it votes for: then you see where others agree and disagree, and can write it.";

const PIPELINE = byId("rows").dataset.pipeline;
const NONE_TO_LABEL =
  `No row waits for a label. “labelfns label ${PIPELINE} --no-ask” draws the rows most worth one; they stand here when ` +
  `${PIPELINE} names their file as pool_gold, and the studio is started again.`;

let lfs = []; // as the server has them
let place = null; // which of them is being changed
let tab = "silent";
let chosen = false; // whether the person chose that list
let shown = []; // the rows on the page
let counts = {};
let asking = false;
let asked = null; // what is to be asked once the answer is there

const number = (n) => n.toLocaleString("en");
const known = (n) => (n === null ? "–" : number(n));
const labelTyped = () => (fields.label.value === "" ? null : Number(fields.label.value));
const votesAlready = () => place !== null && lfs[place].reason !== "";

async function call(name, values = {}) {
  let response;
  try {
    response = await fetch(name, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Labelfns-Token": token },
      body: JSON.stringify(values),
    });
  } catch {
    throw new Error("The studio does not answer: has the command ended?");
  }
  const isJson = response.headers.get("content-type") === "application/json";
  const answer = isJson ? await response.json() : { problem: await response.text() };
  if (answer.problem !== undefined) throw new Error(answer.problem);
  return answer;
}

function say(id, text) {
  byId(id).hidden = !text;
  byId(id).textContent = text;
}

async function tried(work, where = "problem") {
  try {
    await work();
    say(where, "");
  } catch (error) {
    say(where, error.message);
  }
}

// The form

function typed() {
  const values = { kind: fields.kind.value, label: labelTyped() };
  for (const field of form.querySelectorAll("input, textarea, select[name=what]")) {
    values[field.name] = field.type === "checkbox" ? field.checked : field.value;
  }
  return values;
}

function fill(values) {
  form.reset();
  for (const [name, value] of Object.entries(values)) {
    const field = fields[name];
    if (field.type === "checkbox") field.checked = value;
    else field.value = value;
  }
  byId("more").open = Boolean(values.not_negated || values.only_with || values.first_words || values.last_words);
  fit();
}

function fit() {
  const kind = fields.kind.value;
  for (const part of document.querySelectorAll("[data-kinds]")) part.hidden = !part.dataset.kinds.split(" ").includes(kind);
  const [label, help] = ENTRIES[kind] ?? ["", ""];
  byId("entries-label").textContent = label;
  const comma = kind !== "lexicon" && fields.entries.value.includes(",");
  byId("entries-help").textContent = help + (comma ? " One a line: words with a comma between them are one phrase." : "");
}

function choose(which, values) {
  place = which;
  chosen = false;
  const lf = place === null ? null : lfs[place];
  const title = byId("lf-title");
  if (lf) title.replaceChildren(nameOf(lf.name));
  else title.textContent = "A new LF";
  byId("fresh").hidden = lf === null;
  fill(values ?? lf?.form ?? {});
  for (const field of fields) field.disabled = votesAlready();
  fields.name.disabled = lf !== null;
  byId("show-change").hidden = votesAlready();
  tab = lf ? "votes" : "silent";
  say("fault", lf?.reason ? `Read it here; ${lf.reason}.` : "");
  for (const row of byId("lf-table").tBodies[0].rows) row.ariaCurrent = String(Number(row.dataset.place) === place);
  ask();
}

// Questions and answers

function ask(more = {}) {
  const question = { form: votesAlready() ? null : typed(), place, tab, search: byId("search").elements.search.value, first: 0 };
  asked = { question: { ...question, first: more.first ?? 0 }, keep: more.keep ?? false };
  if (!asking) answerAll();
}

async function answerAll() {
  asking = true;
  while (asked) {
    const { question, keep } = asked;
    asked = null;
    byId("rows").classList.add("busy");
    try {
      const answer = await call("answer", question);
      if (!votesAlready()) say("fault", "");
      if (!asked) show(answer, keep);
    } catch (error) {
      if (!asked) {
        say("fault", error.message);
        byId("figures").hidden = true;
      }
    }
    byId("rows").classList.remove("busy");
  }
  asking = false;
}

function show(answer, keep) {
  counts = answer.counts;
  const has = answer.draft !== null;
  const best = has ? OF_LF.find((one) => counts[one] > 0) : counts.silent ? "silent" : "all";
  if (!chosen && counts[tab] === 0 && best && best !== tab) {
    tab = best;
    ask();
    return;
  }
  if (!has && OF_LF.includes(tab)) {
    tab = "silent";
    chosen = false;
    ask();
    return;
  }
  data.draft = answer.draft;
  data.lfs = lfs.map((lf) => lf.name);
  if (has && place === null) data.lfs.push(answer.name);
  for (const button of document.querySelectorAll("[data-tab]")) {
    const name = button.dataset.tab;
    const current = name === tab;
    button.querySelector("b").textContent = number(counts[name]);
    const none = (name === "wrong" && counts.wrong === 0 && !current) || (name === "conflicts" && answer.labeled === false);
    button.disabled = OF_LF.includes(name) && (!has || none);
    button.setAttribute("aria-selected", String(current));
    button.tabIndex = current ? 0 : -1;
    if (current) byId("rows").setAttribute("aria-labelledby", button.id);
  }
  byId("found").textContent = byId("search").elements.search.value.trim() ? `${number(answer.found)} found` : "";
  showFigures(answer);
  if (keep) return;
  shown = answer.first ? [...shown, ...answer.rows] : answer.rows;
  const cards = answer.rows.map(card);
  if (answer.first) byId("rows").append(...cards);
  else byId("rows").replaceChildren(...cards);
  if (!shown.length) byId("rows").append(element("p", nothing(), "note"));
  rove(byId("rows").querySelector("article"));
  byId("more-rows").hidden = shown.length >= answer.found;
}

function nothing() {
  const searched = byId("search").elements.search.value.trim();
  if (!searched && tab === "label") return NONE_TO_LABEL;
  return searched ? `No text of this list holds “${searched}”: take the other lists, or search for less.` : "No text is in this list.";
}

function showFigures(answer) {
  const figures = answer.figures;
  byId("figures").hidden = !figures;
  const notes = answer.notes ?? [];
  byId("notes").hidden = !notes.length;
  byId("notes").replaceChildren(...notes.map((note) => element("li", note)));
  if (!figures) return;
  const rows = counts.all;
  byId("n-votes").textContent = number(figures.votes);
  byId("s-votes").textContent = `votes, ${percent(figures.votes / rows)} of the texts`;
  byId("n-agree").textContent = known(figures.agree);
  byId("n-conflicts").textContent = known(figures.conflicts);
  const judged = figures.right + figures.wrong;
  byId("n-right").textContent = judged ? `${number(figures.right)} of ${number(judged)}` : "–";
  byId("s-right").textContent = judged || !answer.labeled ? "right, where gold is known" : "right: no gold on its rows";
  const button = byId("show-change");
  const file = byId("reload").dataset.file;
  const ready = answer.labeled && answer.changed;
  button.ariaDisabled = String(!ready);
  button.textContent = ready || !answer.labeled ? `Look at the change of ${file}` : `${file} has it as it stands here`;
  const [before, now] = figures.covered;
  byId("says").textContent =
    (answer.labeled ? "" : `${NO_LABEL} `) +
    (figures.votes ? "" : `${NO_VOTE} `) +
    `The first vote on ${number(figures.first)}. All LFs reach ${percent(now / rows)} of the texts` +
    (before === now ? "." : `, ${percent(before / rows)} without this change.`) +
    (place === null ? "" : ` ${number(counts.new)} rows new, ${number(counts.lost)} lost against ${byId("reload").dataset.file}.`);
  const own = labelTyped();
  byId("classes").tBodies[0].replaceChildren(
    ...figures.classes.map((one, c) => line([nameOf(data.labels[c]), number(one.others), number(one.gold)], !votesAlready() && c === own ? "own" : "")),
  );
  byId("met").tBodies[0].replaceChildren(
    ...figures.met.slice(0, 12).map((one) =>
      line([nameOf(data.lfs[one.lf]), number(one.both), known(one.conflicts), one.right + one.other_right ? `${one.right} : ${one.other_right}` : "–"]),
    ),
  );
  byId("met").parentElement.hidden = !figures.met.length;
}

function line(cells, kind) {
  const row = element("tr", undefined, kind);
  cells.forEach((content, i) => {
    const cell = element(i ? "td" : "th");
    if (!i) cell.scope = "row";
    cell.append(content);
    row.append(cell);
  });
  return row;
}

// Texts

function card(row) {
  const made = rowCard(row);
  made.dataset.row = row.row;
  made.tabIndex = -1;
  const marks = element("div", undefined, "marks");
  const vote = row.says.find(([lf]) => lf === data.draft);
  const button = (text, says, press, pressed) => {
    const one = element("button", text);
    one.type = "button";
    one.tabIndex = -1;
    if (says) one.ariaLabel = says;
    if (pressed !== undefined) one.setAttribute("aria-pressed", String(pressed));
    one.addEventListener("click", press);
    marks.append(one);
  };
  if (vote) {
    button("✓ right", "The LF is right here", () => mark(row, vote[1]));
    button("✗ wrong", "The LF is wrong here", () => wrong(row, vote[1]));
  }
  data.labels.forEach((label, c) =>
    button(label, `Gold: ${label}`, () => mark(row, row.gold === c ? null : c), row.gold === c),
  );
  made.append(marks);
  return made;
}

function again(row) {
  const old = byId("rows").querySelector(`[data-row="${row.row}"]`);
  if (!old) return;
  const focused = old.contains(document.activeElement);
  const made = card(row);
  old.replaceWith(made);
  if (focused) {
    rove(made);
    made.focus();
  }
}

function wrong(row, vote) {
  if (data.labels.length === 2) return mark(row, 1 - vote);
  const buttons = all(".marks button[aria-pressed]", byId("rows").querySelector(`[data-row="${row.row}"]`));
  say("problem", "Which label is it? Choose it below the text, or press its number.");
  buttons[vote === 0 ? 1 : 0].focus();
}

const written = (row) => row.parts.map(([piece]) => piece).join("");

function mark(row, label, agreed = "") {
  return tried(async () => {
    const { change } = await call("mark", { row: row.row, label, agreed });
    if (change) {
      const note = "Rows that you mark are gold labels, for figures and suggestions. They are saved in a file of their own, which the pipeline file has to name:";
      dialog("Where marked rows are saved", note, change, async () => {
        await mark(row, label, change.mark);
      });
      return;
    }
    for (const one of shown.filter((other) => written(other) === written(row))) {
      one.gold = label;
      again(one);
    }
    ask({ keep: true });
    overview();
  });
}

function rove(to) {
  if (!to) return;
  for (const one of all("article", byId("rows"))) {
    one.tabIndex = one === to ? 0 : -1;
    for (const button of all("button", one)) button.tabIndex = one === to ? 0 : -1;
  }
}

byId("rows").addEventListener("focusin", (event) => rove(event.target.closest("article")));
byId("rows").addEventListener("keydown", (event) => {
  const here = event.target.closest("article");
  if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = shown.find((one) => one.row === Number(here.dataset.row));
  const next = { ArrowDown: here.nextElementSibling, ArrowUp: here.previousElementSibling }[event.key];
  const vote = row.says.find(([lf]) => lf === data.draft);
  const digit = /^[0-9]$/.test(event.key) ? Number(event.key) : -1;
  if (next) next.focus();
  else if (event.key === "r" && vote) mark(row, vote[1]);
  else if (event.key === "w" && vote) wrong(row, vote[1]);
  else if (digit === 0) mark(row, null);
  else if (digit > 0 && digit <= data.labels.length) mark(row, digit - 1);
  else return;
  event.preventDefault();
});

const tabs = all("[data-tab]");
for (const button of tabs) {
  button.addEventListener("click", () => {
    tab = button.dataset.tab;
    chosen = true;
    ask();
  });
  button.addEventListener("keydown", (event) => {
    const able = tabs.filter((one) => !one.disabled);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = able[(able.indexOf(button) + step + able.length) % able.length];
    next.focus();
    next.click();
    event.preventDefault();
  });
}

// LFs

async function overview(found) {
  const all = found ?? (await call("overview"));
  lfs = all.lfs;
  data.labels = all.labels;
  byId("reload").dataset.file = all.file;
  byId("covered").textContent =
    `${number(all.rows)} texts, ${percent(all.covered / all.rows)} with a vote, ` +
    `${percent(all.conflicting / all.rows)} in conflict, ` +
    (all.gold ? `${number(all.gold)} with a gold label` : "none marked with its right label (gold) yet");
  byId("lf-table").tBodies[0].replaceChildren(
    ...lfs.map((lf, j) => {
      const button = element("button", undefined, "opens");
      button.type = "button";
      button.append(nameOf(lf.name));
      button.addEventListener("click", () => {
        choose(j);
        byId("lf").scrollIntoView();
      });
      const labels = element("span");
      lf.polarity.forEach((c, i) => labels.append(i ? ", " : "", nameOf(data.labels[c])));
      const judged = lf.correct + lf.incorrect;
      const first = element("span");
      first.append(button);
      if (lf.fault) {
        const tag = element("span", "raised", "tag bad");
        tag.title = lf.fault;
        first.append(" ", tag);
      }
      const made = line([first, labels, percent(lf.coverage), percent(lf.conflicts), judged ? `${lf.correct} of ${judged}` : "–"]);
      made.cells[1].className = "left";
      made.dataset.place = j;
      made.ariaCurrent = String(j === place);
      return made;
    }),
  );
}

function suggest() {
  return tried(async () => {
    byId("suggest").disabled = true;
    try {
      const found = await call("suggest");
      byId("suggestions").replaceChildren(
        ...found.map((one) => {
          const item = element("li");
          const button = element("button");
          button.type = "button";
          const term = element("b");
          term.append(nameOf(one.kind === "hashtags" ? `#${one.term}` : one.term));
          button.append(term);
          if (one.label !== null) button.append(" → ", nameOf(data.labels[one.label]));
          button.append(element("small", `${one.about}`));
          button.addEventListener("click", () => take(one));
          item.append(button);
          return item;
        }),
      );
      if (!found.length) byId("suggestions").append(element("li", "Nothing stands out on enough texts.", "note"));
    } finally {
      byId("suggest").disabled = false;
    }
  });
}

function take(one) {
  const fits = !votesAlready() && fields.kind.value === one.kind && fields.entries.value.trim() !== "";
  if (fits && (one.label === null || one.label === labelTyped())) {
    fields.entries.value = `${fields.entries.value.trimEnd()}\n${one.term}`;
    chosen = false;
    tab = "new";
    ask();
  } else choose(null, { kind: one.kind, label: one.label ?? labelTyped() ?? "", entries: one.term });
  byId("lf").scrollIntoView();
}

// Changes of files

let agreed = null;

function dialog(title, note, change, work) {
  byId("dialog-title").textContent = title;
  byId("dialog-note").textContent = note;
  say("dialog-problem", "");
  byId("diff").replaceChildren(
    ...change.lines.slice(2).map((text) => element("span", text, { "+": "plus", "-": "minus", "@": "at" }[text[0]] ?? "")),
  );
  agreed = work;
  if (!byId("dialog").open) byId("dialog").showModal();
}

byId("cancel").addEventListener("click", () => byId("dialog").close());
byId("agree").addEventListener("click", async () => {
  const work = agreed;
  await tried(work, "dialog-problem");
  if (byId("dialog-problem").hidden) byId("dialog").close();
});
byId("show-change").addEventListener("click", () => {
  if (byId("show-change").ariaDisabled === "true") return;
  tried(async () => {
    const values = { form: typed(), place };
    const change = await call("change", values);
    if (!change.lines.length) {
      say("fault", `Nothing has changed: ${change.file} says this already.`);
      return;
    }
    const warning = change.votes ? "" : "It votes on none of the texts: write it only if other texts will hold it. ";
    dialog(`The change of ${change.file}`, `${warning}All else in the file stays as it is.`, change, async () => {
      const found = await call("accept", { ...values, mark: change.mark });
      await overview(found);
      choose(place ?? lfs.length - 1);
      say("written", `Written to ${change.file}.`);
    });
  }, "fault");
});

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", () => {
  say("written", "");
  fit();
  if (!chosen && ["silent", "all", "votes"].includes(tab)) tab = "new";
  ask();
});
byId("search").addEventListener("submit", (event) => event.preventDefault());
byId("search").addEventListener("input", () => {
  if (byId("search").elements.search.value.trim() && data.draft === null) tab = "all";
  ask();
});
byId("more-rows").addEventListener("click", () => ask({ first: shown.length }));
byId("fresh").addEventListener("click", () => {
  choose(null);
  fields.entries.focus();
});
byId("suggest").addEventListener("click", suggest);
byId("reload").addEventListener("click", () =>
  tried(async () => {
    await overview(await call("reload"));
    choose(null);
  }),
);

byId("beside").open = matchMedia("(min-width: 60rem)").matches;
fit();
tried(async () => {
  await overview();
  choose(null);
});
