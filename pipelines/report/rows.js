"use strict";
// What pages show of rows: made from a value `data` that each page has, with its labels and LFs. All text goes in as text.
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];

// As `labelfns.display.numbers.percent` writes a share: what there is a little of is not none.
function percent(share) {
  if (share === 0 || share === 1) return `${100 * share}%`;
  if (share <= 0.0005) return "<0.1%";
  return share >= 0.9995 ? ">99.9%" : `${(100 * share).toFixed(1)}%`;
}

function element(name, text, kind) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function nameOf(text) {
  return element("bdi", text);
}

function labelled(what, label, confidence, gold) {
  const said = element("span", `${what}: `);
  const name = element("b");
  name.append(label < 0 ? "(tie)" : nameOf(data.labels[label]));
  if (gold !== null && label !== gold) name.className = "bad";
  said.append(name);
  if (confidence !== undefined) said.append(` ${confidence.toFixed(2)}`);
  return said;
}

function rowCard(row) {
  const card = element("article", undefined, "row");
  const text = element("p");
  text.dir = "auto";
  for (const [piece, lfs] of row.parts) {
    if (!lfs.length) {
      text.append(piece);
      continue;
    }
    const fired = element("mark", piece);
    if (lfs.includes(data.draft)) fired.className = "draft"; // the LF that is being written, in the studio
    fired.title = lfs.map((lf) => data.lfs[lf]).join(", ");
    text.append(fired);
  }
  const says = element("div", undefined, "said");
  for (const [lf, label] of row.says) {
    const vote = element("span");
    vote.append(nameOf(data.lfs[lf]), " → ");
    const name = element("b");
    name.append(nameOf(data.labels[label]));
    if (row.gold !== null && label !== row.gold) name.className = "bad";
    vote.append(name);
    says.append(vote);
  }
  if (!row.says.length) says.append(element("span", "no LF votes"));
  const verdict = element("div", `${row.set}, row ${row.row}`, "said");
  if (row.gold !== null) verdict.append(labelled("gold", row.gold, undefined, null));
  if (row.weak) verdict.append(labelled("label model", row.weak[0], row.weak[1], row.gold));
  if (row.answer) verdict.append(labelled(row.who, row.answer[0], row.answer[1], row.gold));
  card.append(text, says, verdict);
  return card;
}

