"use strict";
// The list of every instance: it keeps the rows in view in the document, and what the reader chose in the address.
(() => {
  const element = (id) => document.getElementById(id);
  const data = JSON.parse(element("data").textContent);
  const names = data.fields.map(([name]) => name);
  const labels = Object.fromEntries(data.fields.map(([name, label]) => [name, label]));
  const all = data.rows.map((row) => Object.fromEntries(data.fields.map(([name, , shared], n) => [name, !shared ? row[n] : Array.isArray(row[n]) ? row[n].map((part) => data.words[part]).join("; ") : data.words[row[n]]])));
  const columns = ["name", "do", "account", "type", "owner", "policy", "usd-month", "started"];
  const figures = ["usd-month"];
  const window_ = element("window");
  const controls = { q: element("q"), show: element("show"), group: element("group") };
  let state = { q: "", show: "", group: "", sort: "", open: new Set(), id: "" };
  let items = [];

  const make = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };
  const key = (row) => [row.account, row.region, row.id].join("/");
  const title = (row) => row.name || row.id;
  const text = (row) => (row.text ??= names.filter((name) => name !== "kind" && name !== "link").map((name) => row[name]).join(" ").toLowerCase());
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  const number = (row, name) => (row[name] === "" ? -1 : Number(row[name]));
  const dollars = (usd) => usd.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  // --- what is shown -----------------------------------------------------------------------------------------------

  const chosen = () => {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = all.filter((row) => (!state.show || row.kind.split(" ").includes(state.show)) && words.every((word) => text(row).includes(word)));
    if (!state.sort) return rows;
    const down = state.sort.startsWith("-");
    const by = down ? state.sort.slice(1) : state.sort;
    const order = figures.includes(by) ? (a, b) => number(a, by) - number(b, by) : (a, b) => compare(by === "name" ? title(a) : a[by], by === "name" ? title(b) : b[by]);
    return rows.sort((a, b) => (down ? order(b, a) : order(a, b)));
  };

  const grouped = (rows) => {
    if (!state.group) return rows.map((row) => ({ row }));
    const groups = new Map();
    for (const row of rows) {
      const name = row[state.group] || "–";
      if (!groups.has(name)) groups.set(name, { name, rows: [], usd: 0, priced: false });
      const group = groups.get(name);
      group.rows.push(row);
      if (row["usd-month"] !== "") { group.usd += Number(row["usd-month"]); group.priced = true; }
    }
    const sorted = [...groups.values()].sort((a, b) => b.usd - a.usd || b.rows.length - a.rows.length || compare(a.name, b.name));
    return sorted.flatMap((group) => [{ group }, ...(state.open.has(group.name) ? group.rows.map((row) => ({ row })) : [])]);
  };

  // --- the table, of which only the rows in view are in the document ---------------------------------------------------

  const body = make("tbody");
  const heads = columns.map((name) => {
    const button = make("button", { type: "button" }, labels[name]);
    button.addEventListener("click", () => change({ sort: state.sort === name ? `-${name}` : state.sort === `-${name}` ? name : figures.includes(name) ? `-${name}` : name }));
    return make("th", { scope: "col", class: figures.includes(name) ? "n" : "" }, button);
  });
  const widths = columns.map((name) => make("col", { class: figures.includes(name) ? "n" : name }));
  const table = make("table", {}, make("caption", { class: "quiet" }, window_.getAttribute("aria-label")), make("colgroup", {}, ...widths), make("thead", {}, make("tr", { "aria-rowindex": "1" }, ...heads)), body);
  window_.append(table);

  const line = ({ row, group }, index) => {
    if (group) {
      const button = make("button", { type: "button", "aria-expanded": String(state.open.has(group.name)), "data-key": `group ${group.name}` }, `${state.open.has(group.name) ? "▾" : "▸"} ${group.name} (${group.rows.length})`);
      button.addEventListener("click", () => {
        const open = new Set(state.open);
        if (!open.delete(group.name)) open.add(group.name);
        change({ open });
      });
      const place = columns.indexOf(figures[0]);
      return make("tr", { class: "group", "aria-rowindex": index + 2 }, make("th", { scope: "row", colspan: place }, button), make("td", { class: "n" }, group.priced ? dollars(group.usd) : "–"), make("td", { colspan: columns.length - place - 1 }));
    }
    const cells = columns.map((name) => {
      if (name === "name") {
        const button = make("button", { type: "button", "data-key": key(row) }, title(row));
        button.addEventListener("click", () => change({ id: key(row) }, "one-name"));
        return make("th", { scope: "row" }, button, ...(row.name ? [make("code", {}, row.id)] : []));
      }
      if (figures.includes(name)) return make("td", { class: "n" }, row[name] === "" ? "–" : dollars(Number(row[name])));
      if (name === "do") return make("td", {}, make("span", { class: `tag ${/^[a-z-]+$/.test(row.verdict) ? row.verdict : ""}` }, row[name]));
      if (name === "account") return make("td", { title: `${row.account} ${row.region}` }, row.account, make("small", {}, row.region));
      return make("td", { title: row[name] }, row[name]);
    });
    return make("tr", { "aria-rowindex": index + 2 }, ...cells);
  };

  const gap = (height) => {
    const cell = make("td", { colspan: columns.length });
    cell.style.height = `${height}px`;
    return make("tr", { class: "gap", "aria-hidden": "true" }, cell);
  };

  const paint = () => {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const height = 3 * rem;
    const first = Math.max(0, Math.floor(window_.scrollTop / height) - 2);
    const last = Math.min(items.length, Math.ceil((window_.scrollTop + window_.clientHeight) / height) + 2);
    const focused = body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const rows = items.slice(first, last).map((item, n) => line(item, first + n));
    if (!items.length) rows.push(make("tr", {}, make("td", { colspan: columns.length }, data.texts.none)));
    body.replaceChildren(...(first ? [gap(first * height)] : []), ...rows, ...(last < items.length ? [gap((items.length - last) * height)] : []));
    if (focused) [...body.querySelectorAll("button")].find((button) => button.dataset.key === focused)?.focus({ preventScroll: true });
  };

  // --- one instance ------------------------------------------------------------------------------------------------------

  const one = () => {
    const row = state.id ? all.find((row) => key(row) === state.id) : undefined;
    element("one").hidden = !row;
    if (!row) return;
    element("one-name").textContent = title(row);
    const facts = names.filter((name) => labels[name] && name !== "name" && row[name] !== "");
    element("one-facts").replaceChildren(...facts.flatMap((name) => [make("dt", {}, labels[name]), make("dd", {}, figures.includes(name) ? dollars(Number(row[name])) : row[name])]));
    const link = fill(row.link, { id: row.id });
    element("one-link").hidden = !link.startsWith("https://");
    if (!element("one-link").hidden) element("one-link").href = link;
    element("one-explain").textContent = fill(data.texts.explain, { id: row.id });
  };

  // --- the address ---------------------------------------------------------------------------------------------------------

  const read = () => {
    const address = new URLSearchParams(location.hash.slice(1));
    if (location.hash && !location.hash.includes("=")) return false;
    const one = (name, allowed) => (allowed(address.get(name) ?? "") ? address.get(name) ?? "" : "");
    const option = (control) => (value) => [...control.options].some((option) => option.value === value);
    state = {
      q: address.get("q") ?? "",
      show: one("show", option(controls.show)),
      group: one("group", option(controls.group)),
      sort: one("sort", (value) => columns.includes(value.replace(/^-/, ""))),
      open: new Set(address.getAll("open")),
      id: address.get("id") ?? "",
    };
    return true;
  };
  const write = () => {
    const address = new URLSearchParams();
    for (const name of ["q", "show", "group", "sort", "id"]) if (state[name]) address.set(name, state[name]);
    for (const name of state.open) address.append("open", name);
    history.replaceState(null, "", address.size ? `#${address}` : location.pathname + location.search);
  };
  const show = () => {
    for (const [name, control] of Object.entries(controls)) if (control.value !== state[name]) control.value = state[name];
    columns.forEach((name, n) => heads[n].setAttribute("aria-sort", state.sort === name ? "ascending" : state.sort === `-${name}` ? "descending" : "none"));
    const rows = chosen();
    items = grouped(rows);
    table.setAttribute("aria-rowcount", items.length + 1);
    element("count").textContent = fill(data.texts.shown, { shown: rows.length.toLocaleString("en"), all: all.length.toLocaleString("en") });
    one();
    paint();
  };
  const change = (changed, focus) => {
    if ("q" in changed || "show" in changed || "group" in changed || "sort" in changed) window_.scrollTop = 0;
    if ("group" in changed) changed.open = new Set();
    state = { ...state, ...changed };
    write();
    show();
    if (focus) element(focus).focus();
  };

  // --- the tag that keeps one: it is copied, and nothing is done ---------------------------------------------------------------

  const copy = async () => {
    const tag = element("keep").textContent;
    try {
      await navigator.clipboard.writeText(tag);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(element("keep"));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      document.execCommand("copy");
    }
    element("said").textContent = fill(data.texts.copied, { text: tag });
    element("said").className = "note";
  };

  // --- begin ---------------------------------------------------------------------------------------------------------------------

  for (const part of document.querySelectorAll(".scripted")) part.hidden = false;
  for (const part of document.querySelectorAll(".unscripted")) part.hidden = true;
  // The list has every instance, so the tables above keep only the first of their rows. Other resources come back at a click.
  for (const rows of document.querySelectorAll("tbody[data-most]")) {
    const rest = [...rows.rows].slice(Number(rows.dataset.most));
    rest.forEach((row) => row.remove());
    const more = rows.closest("section").querySelector('a[href="#show="]');
    more?.addEventListener("click", (event) => {
      event.preventDefault();
      rows.append(...rest);
      more.parentElement.hidden = true;
    });
  }

  controls.q.addEventListener("input", () => change({ q: controls.q.value }));
  controls.show.addEventListener("change", () => change({ show: controls.show.value }));
  controls.group.addEventListener("change", () => change({ group: controls.group.value }));
  element("copy").addEventListener("click", copy);
  element("one-copy").addEventListener("click", copy);
  element("close").addEventListener("click", () => {
    const closed = state.id;
    change({ id: "" });
    ([...body.querySelectorAll("button")].find((button) => button.dataset.key === closed) ?? window_).focus();
  });
  addEventListener("hashchange", () => { if (read()) { show(); if (state.show) element("show").focus(); } });
  window_.addEventListener("scroll", () => requestAnimationFrame(paint), { passive: true });
  addEventListener("resize", paint);
  read();
  show();
})();
