/* Search in these pages without a server: from a disk (file://) as from any host. No module, no fetch, no eval.
 *
 * Data are scripts, each of which calls _w("...") with packed bytes (see coding.py): browsers run a script from a disk,
 * but read no file there. What the files hold: directory.js the segments of time, folding.js how text is compared,
 * <segment>/<n>.js which documents may have a word, <year>/<month>/<day>/<n>.js the text of one document.
 * A search asks the newest segment first and stops where a page is full. What the index names is looked at in its text
 * before it is shown, so a hit is always a hit. All words of a document are set as text, never as HTML. */
(function () {
"use strict";

const PAGE = 10; // hits that are shown at once
const STEP = 26000; // bytes after which one step ends, even without a hit: the reader says whether to go on
const RULES = 1; // index.py
const place = document.getElementById("search");
if (!place) return;
const at = (id) => document.getElementById("search-" + id);
const [form, status, results, more] = ["form", "status", "results", "more"].map(at);
const words = JSON.parse(place.getAttribute("data-say"));
const root = place.getAttribute("data-root") || "";
const say = (key, values) => (words[key] || key).replace(/\{(\w+)\}/g, (all, name) => (values && name in values ? values[name] : all));

/* --- files --- */

let used = 0; // bytes that were asked for in this step
const files = new Map(); // path: promise of bytes, the latest
const troubles = new Set();

window._w = (coded) => {
  if (document.currentScript) document.currentScript.coded = coded;
};

/* `version` keeps a host's and a browser's cache from giving an older file than the directory knows. */
function load(path, version) {
  let file = files.get(path);
  if (!file) {
    file = fresh(path, version);
    file.catch(() => files.delete(path)); // so that it can be tried again
    files.set(path, file);
    if (files.size > 400) files.delete(files.keys().next().value);
  }
  return file;
}

function fresh(path, version) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.onload = () => {
      script.remove();
      try {
        if (!/rest/.test(path)) used += 2 * script.coded.length; // the newest are asked for once, and kept
        done(inflated(bytesOf(script.coded)));
      } catch (error) {
        failed(new Error(path));
      }
    };
    script.onerror = () => {
      script.remove();
      failed(new Error(path));
    };
    script.src = root + "search/" + path + (version ? "?" + version : "");
    document.head.appendChild(script);
  });
}

const SPECIAL = [0xe000, 0, 10, 13, 34, 92, 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff];

function bytesOf(coded) {
  const bytes = new Uint8Array(2 * coded.length);
  let size = 0;
  for (let i = 0; i < coded.length; i++) {
    let unit = coded.charCodeAt(i);
    if (unit === 0xe000) {
      unit = coded.charCodeAt(++i);
      unit = unit < 0x900 ? unit + 0xd700 : SPECIAL[unit - 0x900];
    }
    bytes[size++] = unit & 255;
    bytes[size++] = unit >> 8;
  }
  return bytes;
}

/* RFC 1950 and 1951. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function inflated(data) {
  let from = 2, hold = 0, held = 0, size = 0, last;
  let out = new Uint8Array(8 * data.length);
  const bits = (count) => {
    for (; held < count; held += 8) {
      if (from >= data.length) throw new Error("too short");
      hold |= data[from++] << held;
    }
    const value = hold & ((1 << count) - 1);
    hold >>>= count;
    held -= count;
    return value;
  };
  const put = (byte) => {
    if (size === out.length) {
      if (size > 1 << 25) throw new Error("too large");
      const wider = new Uint8Array(2 * size);
      wider.set(out);
      out = wider;
    }
    out[size++] = byte;
  };
  const tree = (lengths) => {
    const counts = new Uint16Array(17), next = new Uint16Array(17), symbols = [];
    for (const length of lengths) if (length) counts[length]++;
    for (let i = 1; i < 16; i++) next[i + 1] = next[i] + counts[i];
    lengths.forEach((length, symbol) => { if (length) symbols[next[length]++] = symbol; });
    return () => {
      let code = 0, first = 0, index = 0;
      for (let length = 1; length < 16; length++) {
        code = (code << 1) | bits(1);
        first <<= 1;
        if (code - first < counts[length]) return symbols[index + code - first];
        index += counts[length];
        first += counts[length];
      }
      throw new Error("no such code");
    };
  };
  // A length or a distance: each `fold` symbols have one more bit to come.
  const further = (symbol, fold) => {
    const more = Math.max(0, Math.floor(symbol / fold) - 1);
    return (more ? (fold + (symbol % fold)) << more : symbol) + bits(more);
  };
  do {
    last = bits(1);
    const kind = bits(2);
    if (kind === 0) {
      held = hold = 0;
      const end = from + 4 + data[from] + 256 * data[from + 1];
      if (!(end <= data.length)) throw new Error("too short");
      for (from += 4; from < end; ) put(data[from++]);
      continue;
    }
    if (kind === 3) throw new Error("no such block");
    let lengths = [], cut = 288;
    if (kind === 1) for (let i = 0; i < 320; i++) lengths.push(i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : i < 288 ? 8 : 5);
    else {
      cut = bits(5) + 257;
      const all = cut + bits(5) + 1, count = bits(4) + 4, widths = new Array(19).fill(0);
      for (let i = 0; i < count; i++) widths[ORDER[i]] = bits(3);
      for (const width = tree(widths); lengths.length < all; ) {
        const code = width();
        const [value, times] = code < 16 ? [code, 1] : code === 16 ? [lengths[lengths.length - 1], 3 + bits(2)]
          : code === 17 ? [0, 3 + bits(3)] : [0, 11 + bits(7)];
        for (let i = 0; i < times; i++) lengths.push(value);
      }
    }
    const literal = tree(lengths.slice(0, cut)), far = tree(lengths.slice(cut));
    for (let code = literal(); code !== 256; code = literal()) {
      if (code < 256) put(code);
      else {
        const length = code === 285 ? 258 : 3 + further(code - 257, 4), distance = 1 + further(far(), 2);
        if (!(distance <= size)) throw new Error("no such place");
        for (let i = 0; i < length; i++) put(out[size - distance]);
      }
    }
  } while (!last);
  from -= held >> 3;
  let a = 1, b = 0, sum = 0;
  for (let i = 0; i < size; i++) b = (b + (a = (a + out[i]) % 65521)) % 65521;
  for (let i = 0; i < 4; i++) sum = sum * 256 + data[from + i];
  if (sum !== b * 65536 + a) throw new Error("damaged");
  return out.subarray(0, size);
}

const textOf = (bytes) => new TextDecoder().decode(bytes);

/* --- what is compared: matching/folding.py --- */

let fold = null; // the table of folding.js

async function prepareFolding() {
  if (fold) return;
  const table = JSON.parse(textOf(await load("folding.js")));
  const characters = `[${table.characters}]`;
  const simple = new Map();
  const other = Array.from(table.simplified);
  Array.from(table.traditional).forEach((each, i) => simple.set(each, other[i]));
  fold = {
    table, simple,
    cased: new Map(table.cased),
    beyond: /[^\0-\x7f]/,
    odd: new RegExp(`[${Array.from(new Map(table.cased).keys()).join("")}]`, "gu"),
    unseen: new RegExp(`${table.unseen}+`, "gu"),
    parts: new RegExp(table.parts, "gu"),
    han: /[\u3400-\u9fff]/g,
    isRun: new RegExp(`^${characters}`, "u"),
    piece: `${characters}+|(?:(?!${characters})[\\p{L}\\p{N}${table.signs}])+`,
  };
}

function folded(text) {
  let seen = text.toLowerCase();
  if (!fold.beyond.test(seen)) return seen;
  seen = seen.normalize("NFKD").toLowerCase().replace(fold.odd, (each) => fold.cased.get(each)).normalize("NFKD");
  for (const [spelt, letter] of fold.table.letters) seen = seen.split(spelt).join(letter);
  seen = seen.replace(fold.unseen, "").replace(fold.parts, (each) => each.normalize("NFC"));
  return seen.replace(fold.han, (each) => fold.simple.get(each) || each);
}

const pieces = (line) => line.match(new RegExp(fold.piece, "gu")) || [];
const matter = (line) => ` ${pieces(line).join(" ")} `;
const isRun = (piece) => fold.isRun.test(piece);

/* --- what is asked: archive/search/query.py --- */

const ITEM = /(-?)(?:([a-z]+):)?(?:"([^"]*)("|$)|([^\s"]+))/gi;
const FIELDS = ["title", "author", "section", "tag"];

function parsed(asked) {
  const { since = "", until = "9999" } = asked;
  const query = { wanted: [], unwanted: [], sources: asked.source ? [asked.source.toLowerCase()] : [], notSources: [], since, until, notes: [] };
  const note = (key, values) => query.notes.push(say(key, values));
  const term = (minus, field, value, quoted) => {
    const found = matter(folded(value)).trim().split(" ").filter(Boolean);
    if (!found.length) {
      if (/[^ "*-]/.test(value)) note("signs");
      return;
    }
    if (!quoted && /\*$/.test(value)) note("prefix", { word: value });
    const starts = isRun(found[0]) ? "" : " ", ends = isRun(found[found.length - 1]) ? "" : " ";
    (minus ? query.unwanted : query.wanted).push({ needle: starts + found.join(" ") + ends, pieces: found, field });
  };
  const plain = { "：": ":", "－": "-", "\u3000": " " };
  const text = asked.words.slice(0, 2000).replace(/[：－\u3000“”„‟«»「」『』＂]/g, (sign) => plain[sign] || '"');
  for (let found; (found = ITEM.exec(text)); ) {
    const minus = found[1] === "-", field = (found[2] || "").toLowerCase();
    const quoted = found[3] !== undefined, value = quoted ? found[3] : found[5];
    if (quoted && !found[4]) note("quote");
    if (field === "since" || field === "until") {
      const span = minus ? null : period(value.trim());
      if (!span) {
        note("day", { word: `${found[1]}${field}:${value}` });
        term(minus, "", `${field} ${value}`, true);
      } else if (field === "since") query.since = query.since > span[0] ? query.since : span[0];
      else query.until = query.until < span[1] ? query.until : span[1];
    } else if (field === "source" && value.trim()) (minus ? query.notSources : query.sources).push(value.trim().toLowerCase());
    else if (FIELDS.includes(field) && value.trim()) term(minus, field, value, quoted);
    else term(minus, "", field ? `${field}:${value}` : value, quoted);
  }
  query.codes = codesOf(query.wanted);
  const { wanted, unwanted, sources, notSources } = query;
  query.isEmpty = ![...wanted, ...unwanted, ...sources, ...notSources, query.since].join("") && query.until === "9999";
  return query;
}

/* The first and the last day of a day, month or year, or of the day so many days ago. */
function period(words) {
  const ago = /^(\d{1,5})d$/.exec(words);
  if (ago) {
    const day = new Date(Date.now() - ago[1] * 86400000).toISOString().slice(0, 10);
    return [day, day];
  }
  const found = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(words);
  if (!found) return null;
  const [year, month, day] = [+found[1], +(found[2] || 1), +(found[3] || 1)];
  const first = new Date(Date.UTC(year, month - 1, day));
  if (first.getUTCFullYear() !== year || first.getUTCMonth() !== month - 1 || first.getUTCDate() !== day) return null;
  const last = new Date(found[3] ? first : Date.UTC(found[2] ? year : year + 1, found[2] ? month : 0, 0));
  return [first.toISOString().slice(0, 10), last.toISOString().slice(0, 10)];
}

/* The numbers of what a text must hold, of what few texts hold first: codes.py. */
function codesOf(terms) {
  const found = new Map(); // number: how much it is worth to ask
  const code = (word) => crc(Array.from(word).slice(0, 40).join(""));
  for (const { pieces } of terms) {
    pieces.forEach((piece, i) => {
      const each = Array.from(piece, (letter) => letter.codePointAt(0));
      if (!isRun(piece)) found.set(code(piece), each.length);
      else if (each.length === 1) found.set(mixed(0, each[0]), 1);
      else for (let k = 1; k < each.length; k++) found.set(mixed(each[k - 1], each[k]), 4);
      if (i && !isRun(piece) && !isRun(pieces[i - 1])) found.set(mixed(0, (code(pieces[i - 1]) + 5 * code(piece)) & 0xffff), 20);
    });
  }
  return Array.from(found.keys()).sort((one, other) => found.get(other) - found.get(one)).slice(0, 64);
}

function mixed(first, second) {
  let code = (Math.imul(first, 0x85ebca6b) + Math.imul(second, 0xc2b2ae35)) | 0;
  code = Math.imul(code ^ (code >>> 15), 0x27d4eb2f);
  return (code ^ (code >>> 16)) >>> 0;
}

function crc(word) {
  let sum = -1;
  for (const byte of new TextEncoder().encode(word)) {
    sum ^= byte;
    for (let i = 0; i < 8; i++) sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1));
  }
  return ~sum >>> 0;
}

/* --- the index: plan.py and postings.py --- */

let directory = null;

async function prepareDirectory() {
  if (directory) return;
  const [rules, sources, segments] = JSON.parse(textOf(await load("directory.js", Date.now())));
  if (rules !== RULES) throw new Error("directory.js");
  directory = { sources: new Map(sources), segments: segments.map(segmentOf).reverse() };
}

/* `days`: [day, number of its first document in the segment, number after its last, place in the day of its first]. */
function segmentOf([name, files, since, counts, begin]) {
  const days = [];
  let first = 0;
  counts.forEach((count, i) => {
    const day = new Date(Date.parse(since) + i * 86400000).toISOString().slice(0, 10);
    if (count) days.push([day, first, (first += count), begin || 0]);
  });
  return { name, files, days, documents: first };
}

const dayOf = ({ days }, number) => days.find(([, first, end]) => number < end);

/* The documents of a segment that may have a token, in ascending order. */
async function posting(segment, code) {
  const scaled = code * segment.files, file = Math.floor(scaled / 0x100000000);
  const path = `${segment.name}/${file}.js`;
  const data = await load(path, segment.documents);
  let from = 0;
  const number = () => {
    let value = 0, shift = 1, byte;
    do {
      byte = data[from++];
      value += (byte & 127) * shift;
      shift *= 128;
    } while (byte > 127);
    return value;
  };
  const sums = (count) => {
    const found = [];
    for (let i = 0, sum = 0; i < count; i++) found.push((sum += number()));
    return found;
  };
  const documents = number(), bits = number(), count = number();
  if (documents !== segment.documents) throw new Error(path); // of another publication than the directory
  const wanted = Math.floor((scaled - file * 0x100000000) / Math.pow(2, 32 - bits));
  const keys = sums(count), sizes = [];
  for (let i = 0; i < count; i++) sizes.push(number());
  for (let i = 0; i < count; i++) {
    if (keys[i] === wanted) return sums(sizes[i]);
    for (let left = sizes[i]; left; from++) if (data[from] < 128) left--;
  }
  return [];
}

/* --- a search --- */

const FEW = 2; // documents that are looked at rather than asking for one more file
const MOST_ASKED = 4; // files of a segment

class Search {
  constructor(query) {
    const is = (source, name) => (/\*$/.test(name) ? source.startsWith(name.slice(0, -1)) : source === name);
    const all = Array.from(directory.sources.keys());
    this.sources = all.filter((name) => {
      const source = name.toLowerCase(), { sources, notSources } = query;
      return (!sources.length || sources.some((each) => is(source, each))) && !notSources.some((each) => is(source, each));
    });
    this.isAnySource = this.sources.length === all.length;
    this.query = query;
    this.segments = this.sources.length ? directory.segments.filter((segment) => this.days(segment).length) : [];
    this.next = 0; // segment to ask
    this.named = []; // [segment, number] of what may answer, newest first, not yet looked at
    this.parts = new Map(); // code: the part of documents that had it in what was asked last
    this.reached = ""; // day
    this.shown = 0;
  }

  get isOver() {
    return !this.named.length && this.next >= this.segments.length;
  }

  /* The days of a segment that were asked for. */
  days(segment) {
    return segment.days.filter(([day]) => day >= this.query.since && day <= this.query.until);
  }

  /* Up to a page of documents that answer, each given to `show` as soon as it and all newer ones are known. */
  async step(show, isStopped) {
    used = 0;
    let hits = 0, wave = 1;
    while (hits < PAGE && used < STEP && !this.isOver && !isStopped()) {
      if (!this.named.length) {
        const asked = this.segments.slice(this.next, this.next + wave);
        const found = await Promise.all(asked.map((segment) => this.candidates(segment)));
        this.next += asked.length;
        found.forEach((numbers, i) => numbers.forEach((number) => this.named.push([asked[i], number])));
        this.reached = this.days(asked[asked.length - 1])[0][0];
        wave = this.query.codes.length < 3 ? Math.min(4, 2 * wave) : 1; // where there is nothing, several at once
        continue;
      }
      const looked = this.named.splice(0, Math.min(5, PAGE - hits));
      const texts = await Promise.all(looked.map(([segment, number]) => this.look(segment, number)));
      if (isStopped()) return;
      for (const text of texts) {
        if (!text) continue;
        show(text);
        hits++;
        this.shown++;
      }
      if (this.named.length) this.reached = dayOf(...looked[looked.length - 1])[0];
    }
  }

  /* The documents of a segment that may answer, newest first. */
  async candidates(segment) {
    let found = null;
    const narrow = (numbers) => {
      const known = new Set(numbers);
      found = found ? found.filter((number) => known.has(number)) : Array.from(known);
    };
    const part = (code) => (this.parts.has(code) ? this.parts.get(code) : 0.5);
    const codes = this.query.codes.slice().sort((one, other) => part(one) - part(other)).slice(0, MOST_ASKED);
    try {
      for (const code of codes) {
        if (found && found.length <= FEW) break;
        const numbers = await posting(segment, code);
        this.parts.set(code, numbers.length / segment.documents);
        narrow(numbers);
      }
      if (!this.isAnySource && this.sources.length <= MOST_ASKED && !(found && found.length <= FEW))
        narrow([].concat(...(await Promise.all(this.sources.map((source) => posting(segment, crc("o:" + source.toLowerCase())))))));
    } catch (error) {
      troubles.add(error.message);
      if (!found) return [];
    }
    const days = this.days(segment), first = days[0][1], end = days[days.length - 1][2];
    if (!found) found = Array.from({ length: end }, (_, number) => number);
    return found.filter((number) => number >= first && number < end).sort((one, other) => other - one);
  }

  /* A document, if it answers. */
  async look(segment, number) {
    const [day, first, , begin] = dayOf(segment, number);
    const path = `${day.replace(/-/g, "/")}/${begin + number - first}.js`;
    try {
      const [head, ...lines] = textOf(await load(path)).split("\n");
      const [source, key, , at, language, withdrawn, tags] = JSON.parse(head);
      const text = { source, key, day, at, language, withdrawn, tags, lines };
      text.matters = folded(lines.join("\n")).split("\n").map(matter);
      const answers = (term) => has(text, term);
      const { wanted, unwanted } = this.query;
      return this.sources.includes(source) && wanted.every(answers) && !unwanted.some(answers) ? text : null;
    } catch (error) {
      troubles.add(path);
      return null;
    }
  }
}

function has({ matters, tags }, { needle, field }) {
  const [from, end] = { title: [0, 1], author: [4, 5], section: [5, 6], tag: [6, 6 + tags] }[field] || [0, matters.length];
  return matters.slice(from, end).some((line) => line.includes(needle));
}

/* --- excerpts: archive/search/excerpts.py --- */

const WIDTH = 160, MOST = 2;
const LETTER = /[^][\u0300-\u036f\u3099\u309a\u1160-\u11ff]*/gu;

function excerpts({ lines, matters }, terms) {
  const found = [];
  let missing = terms;
  for (let i = 1; i < lines.length && found.length < MOST && missing.length; i++) {
    const here = missing.filter(({ needle }) => matters[i].includes(needle));
    if (!here.length) continue;
    missing = missing.filter((term) => !here.includes(term));
    const line = lines[i].slice(0, 20000);
    found.push(cut(line, marks(line, terms)));
  }
  if (found.length) return found;
  const long = lines.slice(1).find((line) => line.length > 60);
  return long ? [cut(long, [])] : [];
}

/* Where the terms stand in a line: [begin, end), in order, those that touch made one. */
function marks(line, terms) {
  let seen = "";
  const from = [], to = []; // of each unit of `seen`, in the line
  let end = 0;
  for (const letter of line.match(LETTER) || []) {
    const made = folded(letter);
    for (let i = 0; i < made.length; i++) {
      from.push(end);
      to.push(end + letter.length);
    }
    seen += made;
    end += letter.length;
  }
  let joined = " ";
  const places = [-1]; // of each unit of `joined`, in `seen`
  const piece = new RegExp(fold.piece, "gu");
  for (let found; (found = piece.exec(seen)); ) {
    for (let i = 0; i < found[0].length; i++) places.push(found.index + i);
    places.push(-1);
    joined += found[0] + " ";
  }
  const spans = [];
  for (const { needle } of terms) {
    const begins = needle[0] === " " ? 1 : 0, ends = needle[needle.length - 1] === " " ? 1 : 0;
    for (let i = joined.indexOf(needle); i >= 0 && spans.length < 200; i = joined.indexOf(needle, i + 1))
      spans.push([from[places[i + begins]], to[places[i + needle.length - ends - 1]]]);
  }
  spans.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  const marked = [];
  for (const [begin, end] of spans) {
    const last = marked[marked.length - 1];
    if (last && begin <= last[1]) last[1] = Math.max(last[1], end);
    else marked.push([begin, end]);
  }
  return marked;
}

/* So much of a line as fits, around its first mark: [text, is marked] in order. */
function cut(line, marked) {
  const first = marked.length ? marked[0][0] : 0;
  let begin = first < WIDTH / 2 || line.length <= WIDTH ? 0 : Math.max(0, Math.min(first - Math.floor(WIDTH / 3), line.length - WIDTH));
  let end = Math.min(line.length, begin + WIDTH);
  begin = atBlank(line, begin, -1);
  end = atBlank(line, end, 1);
  const seen = marked.filter((mark) => mark[0] < end && mark[1] > begin).map((mark) => [Math.max(mark[0], begin), Math.min(mark[1], end)]);
  const parts = spread(line.slice(begin, end), seen.map((mark) => [mark[0] - begin, mark[1] - begin]));
  if (begin) parts.unshift(["…", false]);
  if (end < line.length) parts.push(["…", false]);
  return parts;
}

function atBlank(line, place, step) {
  for (let near = place; Math.abs(near - place) < 15; near += step) {
    if (near <= 0 || near >= line.length) return Math.max(0, Math.min(near, line.length));
    if (/\s/.test(line[near])) return step < 0 ? near + 1 : near;
  }
  return /[\udc00-\udfff]/.test(line[place]) ? place + step : place; // not through the middle of a character
}

function spread(text, marked) {
  const parts = [];
  let done = 0;
  for (const [begin, end] of marked) {
    parts.push([text.slice(done, begin), false], [text.slice(begin, end), true]);
    done = end;
  }
  parts.push([text.slice(done), false]);
  return parts.filter((part) => part[0]);
}

/* --- what the reader sees --- */

/* text.is_rtl: by its script, where a language names one. */
const SCRIPT = /-([a-z]{4})(?![^-])/i;
const RIGHT_TO_LEFT = /^(ar|arc|arz|azb|bal|ckb|dv|fa|glk|he|iw|ji|ks|lrc|mzn|nqo|pnb|prs|ps|sd|sdh|skr|syr|ug|ur|yi)(?![^-])/i;
const SCRIPT_TO_LEFT = /^(adlm|arab|aran|hebr|mand|nkoo|rohg|samr|syrc|thaa)$/i;

function isToLeft(language) {
  const script = SCRIPT.exec(language);
  return script ? SCRIPT_TO_LEFT.test(script[1]) : RIGHT_TO_LEFT.test(language);
}

function element(name, className, parts) {
  const made = document.createElement(name);
  if (className) made.className = className;
  for (const part of [].concat(parts || [])) made.append(part);
  return made;
}

/* Controls, and what shows words in another order than they are read in: as on the pages themselves. */
const UNTRUE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202d\u202e]/g;

const written = (parts) =>
  parts.map(([text, isMarked]) => {
    const words = text.replace(UNTRUE, "\ufffd");
    return isMarked ? element("mark", "", words) : words;
  });

function shown(text, query) {
  const terms = query.wanted.filter(({ field }) => !field);
  const titles = query.wanted.filter(({ field }) => !field || field === "title");
  const title = text.lines[0].slice(0, 2000) || text.key;
  const link = element("a", "", written(spread(title, marks(title, titles))));
  link.href = [root + "articles", text.source, text.day.slice(0, 4), text.day.slice(5, 7), encodeURIComponent(text.key) + ".html"].join("/");
  const time = element("time", "", dated(text.at));
  time.dateTime = text.at;
  const about = element("p", "about", [element("bdi", "", directory.sources.get(text.source) || text.source), " · ", time]);
  if (text.withdrawn) about.append(" · ", element("strong", "withdrawn", say("withdrawn")));
  const told = [element("h3", "", link), ...excerpts(text, terms).map((parts) => element("p", "excerpt", written(parts)))];
  for (const each of told) {
    if (text.language) each.lang = text.language;
    each.dir = text.language ? (isToLeft(text.language) ? "rtl" : "ltr") : "auto";
  }
  told.splice(1, 0, about);
  return element("li", "", told);
}

function dated(moment) {
  try {
    return new Date(moment).toLocaleDateString(document.documentElement.lang || "en", { dateStyle: "medium", timeZone: "UTC" });
  } catch (error) {
    return moment.slice(0, 10);
  }
}

let turn = 0; // of the search that is shown: an older one that still waits shows nothing
let search = null;

function clear() {
  turn++;
  search = null;
  results.textContent = status.textContent = "";
  more.hidden = true;
  troubles.clear();
  place.removeAttribute("aria-busy");
}

async function begin(asked) {
  const mine = turn;
  status.textContent = say("looking");
  try {
    await Promise.all([prepareDirectory(), prepareFolding()]);
  } catch (error) {
    if (mine === turn) status.textContent = say("broken", { files: "search/" + error.message });
    return;
  }
  if (mine !== turn) return;
  const query = parsed(asked);
  if (query.isEmpty) {
    status.textContent = [say("nothing"), ...query.notes].join(" ");
    return;
  }
  search = new Search(query);
  await go(mine);
}

async function go(mine) {
  const { query } = search, before = search.shown;
  status.textContent = say("looking");
  place.setAttribute("aria-busy", "true");
  await search.step((text) => results.append(shown(text, query)), () => mine !== turn);
  if (mine !== turn) return;
  place.removeAttribute("aria-busy");
  const [newest] = directory.segments, last = newest ? newest.days[newest.days.length - 1][0] : "";
  const until = query.until < last ? query.until : last;
  const told = [say(search.shown ? "found" : "none", { n: search.shown })];
  told.push(search.isOver ? say("all") : say("looked", { since: search.reached || until, until }));
  if (troubles.size) told.push(say("broken", { files: Array.from(troubles, (path) => "search/" + path).slice(0, 3).join(", ") }));
  status.textContent = told.concat(query.notes).join(" ");
  more.textContent = say(search.shown > before ? "older" : "further");
  const next = before && results.children[before];
  if (next) next.querySelector("a").focus(); // where a reader who pressed the button goes on
  else if (search.isOver && document.activeElement === more) form.elements.q.focus();
  more.hidden = search.isOver;
}

function address() {
  const values = {};
  for (const part of location.hash.slice(1).split("&")) {
    const [name, value] = part.split("=");
    try {
      values[name] = decodeURIComponent((value || "").replace(/\+/g, " "));
    } catch (error) {
      values[name] = value;
    }
  }
  return values;
}

const NAMES = ["q", "source", "since", "until"];

function follow() {
  const values = address();
  if (location.hash.length > 1 && !NAMES.some((name) => name in values)) return; // a place in the page
  for (const name of NAMES) form.elements[name].value = values[name] || "";
  const [q, source, since, until] = NAMES.map((name) => values[name] || "");
  clear();
  if (!(q || source || since || until)) return;
  const first = since && period(since), last = until && period(until);
  begin({ words: q, source, since: first ? first[0] : undefined, until: last ? last[1] : undefined });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const hash = "#" + NAMES.filter((name) => form.elements[name].value)
    .map((name) => name + "=" + encodeURIComponent(form.elements[name].value)).join("&");
  if (hash === "#") {
    clear();
    status.textContent = say("nothing");
  } else if (location.hash === hash) follow();
  else location.hash = hash;
});
more.addEventListener("click", () => {
  if (search && !place.hasAttribute("aria-busy")) go(turn);
});
window.addEventListener("hashchange", follow);
form.hidden = false;
follow();
})();
