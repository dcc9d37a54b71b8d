// The page is whole without this script; it adds sorting, filters, rows and the threshold.
const data = JSON.parse(document.getElementById("data").textContent);

function fill(box) {
  if (!box || box.childElementCount || !box.dataset.rows) return;
  box.append(...box.dataset.rows.split(",").map((place) => rowCard(data.rows[place])));
}

// Rows: at once, or when what they are in is opened
for (const box of all("[data-rows]")) {
  const around = box.closest("details, .more");
  if (!around) fill(box);
  else if (around.tagName === "DETAILS") around.addEventListener("toggle", () => around.open && fill(box));
}

// The table of LFs: open, sort, filter
const table = document.querySelector("table.lfs");
if (table) {
  const body = table.tBodies[0];
  const pairs = all("tr.lf", body).map((row) => ({ row, more: row.nextElementSibling }));
  for (const { row, more } of pairs) {
    const button = row.querySelector(".opens");
    more.hidden = true;
    button.addEventListener("click", () => {
      more.hidden = !more.hidden;
      button.setAttribute("aria-expanded", String(!more.hidden));
      if (!more.hidden) all("[data-rows]", more).forEach(fill);
    });
  }
  const place = (pair, column) => pair.row.cells[column].dataset.value;
  all("thead button", table).forEach((button) => {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const down = head.getAttribute("aria-sort") !== "descending" && !(head.cellIndex === 0 && !head.ariaSort);
      all("thead th", table).forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const words = head.cellIndex < 2;
      pairs.sort((a, b) => {
        const [x, y] = [place(a, head.cellIndex), place(b, head.cellIndex)];
        if (!words && (x === "" || y === "")) return (x === "") - (y === ""); // what is not known stands last
        const order = words ? x.localeCompare(y) : x - y;
        return down ? -order : order;
      });
      pairs.forEach(({ row, more }) => body.append(row, more));
    });
  });
  const form = document.getElementById("filter");
  const [find, label, marked, said] = ["find", "label", "marked", "shown"].map((id) => document.getElementById(id));
  form.hidden = false;
  const filter = () => {
    const words = find.value.trim().toLowerCase();
    let shown = 0;
    for (const { row, more } of pairs) {
      const fits =
        row.cells[0].textContent.toLowerCase().includes(words) &&
        (label.value === "" || row.dataset.labels.split(",").includes(label.value)) &&
        (!marked.checked || row.dataset.marked === "1");
      row.hidden = !fits;
      if (!fits) {
        more.hidden = true;
        row.querySelector(".opens").setAttribute("aria-expanded", "false");
      }
      shown += fits;
    }
    said.textContent = `${shown} of ${pairs.length} LFs`;
  };
  [find, label, marked].forEach((field) => field.addEventListener("input", filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
}

// The threshold
for (const figure of all("[data-curve]")) {
  const { points, measured } = data.curves[figure.dataset.curve];
  const slider = figure.querySelector("input");
  const said = figure.querySelector("output");
  const here = figure.querySelector(".here");
  const [left, top, width, height, floor] = figure.dataset.plot.split(" ").map(Number);
  figure.querySelector(".threshold").hidden = false;
  const move = () => {
    const point = points[slider.value];
    here.setAttribute("cx", left + width * point.coverage);
    here.setAttribute("cy", top + height * (1 - (point.accuracy - floor) / (1 - floor)));
    const interval = point.interval ? ` (${point.interval.map(percent).join(" to ")})` : "";
    said.textContent =
      `confidence at least ${point.threshold.toFixed(2)}: ${percent(point.coverage)} of the rows, ` +
      `${percent(point.accuracy)}${interval} ${measured ? "right" : "right, as it believes"}`;
  };
  slider.addEventListener("input", move);
  move();
}

// Cells of a confusion
for (const cell of all("button.cell")) {
  cell.disabled = false;
  cell.addEventListener("click", () => {
    const section = cell.closest(".confusion");
    all("button.cell", section).forEach((other) => other.setAttribute("aria-pressed", String(other === cell)));
    const box = section.querySelector(".rows");
    box.replaceChildren(element("p", cell.title, "note"));
    box.append(...cell.dataset.cell.split(",").map((row) => rowCard(data.rows[row])));
  });
}

// Lines to copy
for (const button of all("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code); // a browser that lets no page of a file write to the clipboard
      button.textContent = "Selected";
    }
  });
}
