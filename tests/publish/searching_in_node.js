/* Runs search.js of a published folder in Node, in as much of a browser as it needs: a page of stubs whose scripts are
 * read from the folder. One line of JSON in (the hash to go to, or "more"), one line out: what the page then shows. */
"use strict";
const fs = require("fs"), path = require("path"), vm = require("vm"), readline = require("readline");
const [folder, say] = process.argv.slice(2);

class Element {
  constructor(name) {
    Object.assign(this, { name, children: [], attributes: {}, handlers: {}, hidden: true, value: "" });
  }
  get textContent() { return this.children.map((each) => (typeof each === "string" ? each : each.textContent)).join(""); }
  set textContent(text) { this.children = [String(text)].filter(Boolean); }
  getAttribute(name) { return name in this.attributes ? this.attributes[name] : null; }
  setAttribute(name, value) { this.attributes[name] = value; }
  hasAttribute(name) { return name in this.attributes; }
  removeAttribute(name) { delete this.attributes[name]; }
  append(...nodes) { this.children.push(...nodes); }
  addEventListener(name, handler) { this.handlers[name] = handler; }
  querySelector(name) {
    for (const each of this.children) if (each instanceof Element) {
      const found = each.name === name ? each : each.querySelector(name);
      if (found) return found;
    }
    return null;
  }
  focus() {}
  remove() {}
}

const place = new Element("div"), head = new Element("head"), ids = { search: place };
place.attributes = { "data-root": "", "data-say": say };
for (const id of ["form", "status", "results", "more"]) ids["search-" + id] = new Element(id);
ids["search-form"].elements = Object.fromEntries(["q", "source", "since", "until"].map((name) => [name, new Element("input")]));

let asked = [];
head.appendChild = (script) => setImmediate(() => {
  const [file] = script.src.split("?");
  asked.push(file);
  let body;
  try {
    body = fs.readFileSync(path.join(folder, file));
  } catch (error) {
    return script.onerror();
  }
  document.currentScript = script;
  try {
    vm.runInThisContext(body.toString("utf16le").replace(/^\ufeff/, ""));
  } catch (error) {
    // as in a browser: the script is loaded, and has said nothing
  }
  document.currentScript = null;
  script.onload();
});
const listeners = {};
let hash = "";
globalThis.window = globalThis;
globalThis.addEventListener = (name, handler) => (listeners[name] = handler);
globalThis.location = { get hash() { return hash; }, set hash(value) { hash = value; setImmediate(listeners.hashchange); } };
globalThis.document = {
  head, currentScript: null, documentElement: { lang: "en" },
  getElementById: (id) => ids[id] || null,
  createElement: (name) => new Element(name),
};
vm.runInThisContext(fs.readFileSync(path.join(folder, "search", "search.js"), "utf8"), { filename: "search.js" });

const marked = (node) => (typeof node === "string" ? node : node.name === "mark" ? `[${node.textContent}]` : node.children.map(marked).join(""));

async function answer(words) {
  asked = [];
  ids["search-status"].textContent = "";
  if (words === "more") ids["search-more"].handlers.click();
  else location.hash = words;
  const waits = (text) => !text || text === JSON.parse(say).looking;
  do await new Promise(setImmediate);
  while (waits(ids["search-status"].textContent) || "aria-busy" in place.attributes);
  return {
    status: ids["search-status"].textContent,
    more: ids["search-more"].hidden ? "" : ids["search-more"].textContent,
    asked,
    hits: ids["search-results"].children.map((item) => {
      const [title, about, ...told] = item.children;
      return {
        href: title.querySelector("a").href, title: marked(title), about: about.textContent, lang: title.lang || "", dir: title.dir,
        excerpts: told.map(marked),
      };
    }),
  };
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin }))
    process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
})();
