/* What the page does in the browser: it follows chips, steps from quote to quote, copies with citation, announces.
   It reads attributes that the server has escaped, and makes text, never HTML. */
(() => {
  "use strict";

  const byId = (id) => document.getElementById(id);
  const article = () => document.querySelector("#reader article.document");
  const marksOf = (name) => [...document.querySelectorAll("#reader mark")].filter(
    (mark) => mark.dataset.quotes.split(" ").includes(String(name)));
  const narrow = () => window.matchMedia("(max-width: 900px)").matches;
  const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  /* To Python: the messenger component turns these events into Gradio's. */
  function tell(detail, event = "tell") {
    document.querySelector("#messenger span").dispatchEvent(new CustomEvent(event, { detail, bubbles: true }));
  }

  function scrollTo(element, behavior) {
    const box = element.closest(".text");
    if (box && box.scrollHeight > box.clientHeight + 1) {
      const middle = element.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
      box.scrollTo({ top: box.scrollTop + middle, behavior });
    }
    if (narrow() && followed) element.scrollIntoView({ block: "center", behavior });
  }

  /* Whether the reader has asked to see a place; a new answer alone must not move a telephone's page to the document. */
  let followed = false;

  function choose(name, { moved = true } = {}) {
    const shown = article();
    const marks = shown ? marksOf(name) : [];
    if (!marks.length) return false;
    document.querySelectorAll("#reader mark.chosen").forEach((mark) => mark.classList.remove("chosen"));
    marks.forEach((mark) => mark.classList.add("chosen"));
    shown.dataset.chosen = name;
    scrollTo(marks[0], moved && !calm() ? "smooth" : "instant");
    tellPlace(shown);
    return true;
  }

  function tellPlace(shown) {
    const quotes = shown.dataset.quotes.split(" ").filter(Boolean);
    const count = shown.querySelector(".count");
    const at = quotes.indexOf(shown.dataset.chosen);
    const words = at < 0 ? `${quotes.length} quotes` : `Quote ${shown.dataset.chosen} of ${quotes.length}`;
    if (count && count.textContent !== words) count.textContent = words; // a change would be seen as a new document
    document.querySelectorAll(".chip").forEach((chip) => {
      const current = chip.dataset.turn === shown.dataset.turn && chip.dataset.quote === shown.dataset.chosen;
      if (current) chip.setAttribute("aria-current", "true");
      else chip.removeAttribute("aria-current");
    });
  }

  function openQuote(turn, quote) {
    const shown = article();
    const here = shown && shown.dataset.turn === String(turn);
    if (!(here && choose(quote))) tell({ act: "quote", turn: String(turn), quote: String(quote) });
  }

  function open(source, from, to) {
    tell({ act: "open", source, ...(from !== undefined && { from: String(from), to: String(to) }) });
  }

  function step(by) {
    const shown = article();
    const quotes = shown.dataset.quotes.split(" ").filter(Boolean);
    const at = quotes.indexOf(shown.dataset.chosen);
    const next = quotes[(at + by + quotes.length) % quotes.length];
    openQuote(shown.dataset.turn, next);
  }

  /* On a telephone the document lies below the conversation. */
  function back() {
    const chip = document.querySelector(".statement .chip[aria-current]") || byId("conversation");
    chip.scrollIntoView({ block: "center", behavior: calm() ? "instant" : "smooth" });
    chip.focus({ preventScroll: true });
  }

  /* Copying. Offsets count code points, as the archive does. */
  const points = (text) => [...text].length;

  function selected() {
    const text = document.querySelector("#reader .text");
    const selection = window.getSelection();
    if (!text || !selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
    const before = document.createRange();
    before.selectNodeContents(text);
    before.setEnd(range.startContainer, range.startOffset);
    const quote = range.toString();
    const start = points(before.toString());
    return quote ? { quote, start, end: start + points(quote) } : null;
  }

  function address(source, start, end) {
    const place = new URLSearchParams({ source, from: start, to: end });
    return `${location.origin}${location.pathname}?${place}`;
  }

  function citationOf({ quote, start, end }) {
    const { byline, reference, kind, source } = article().dataset;
    const shelf = reference ? `; ${reference}` : "";
    const place = `${byline} [${kind}]${shelf}. ${source}, characters ${start}–${end}.`;
    return `“${quote}”\n${place}\n${address(source, start, end)}`;
  }

  function chosenQuote() {
    const shown = article();
    const marks = marksOf(shown.dataset.chosen);
    if (!marks.length) return null;
    const range = document.createRange();
    const text = shown.querySelector(".text");
    range.selectNodeContents(text);
    range.setEndBefore(marks[0]);
    const quote = marks.map((mark) => mark.textContent).join("");
    const start = points(range.toString());
    return { quote, start, end: start + points(quote) };
  }

  async function copy(button) {
    const found = selected() || chosenQuote();
    const said = found ? citationOf(found) : "";
    if (found) await put(said);
    const words = button.textContent;
    button.textContent = found ? "Copied" : "Select some words first";
    window.setTimeout(() => { button.textContent = words; }, 1800);
  }

  async function put(text) {
    window.archive.copied = text;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = document.createElement("textarea");
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
  }

  function download(file) {
    if (!file) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([file.text], { type: "text/plain;charset=utf-8" }));
    link.download = file.name;
    document.body.append(link);
    link.click();
    link.remove();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  /* One listener for all that the server's HTML holds. */
  const acts = [
    ["a.chip", (chip) => openQuote(chip.dataset.turn, chip.dataset.quote)],
    ["a[data-open]", ({ dataset }) => open(dataset.open, dataset.from, dataset.to)],
    ["[data-remove]", (button) => tell({ act: "remove", source: button.dataset.remove })],
    ["[data-example]", (button) => tell({ question: button.dataset.example }, "ask")],
    ["[data-step]", (button) => step(Number(button.dataset.step))],
    ["[data-copy]", copy],
    ["[data-back]", back],
    ["[data-verdict]", (button) => tell({
      act: "verdict", turn: button.dataset.turn, verdict: button.dataset.verdict,
      word: button.parentElement.querySelector("input").value })],
  ];

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    for (const [what, act] of acts) {
      const found = event.target.closest && event.target.closest(what);
      if (found) {
        event.preventDefault();
        followed = found.matches("a, [data-step]");
        act(found);
        return;
      }
    }
  });

  /* The copy button must not take the selection away. */
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest && event.target.closest("[data-copy]")) event.preventDefault();
  });

  /* Changes that the server makes. */
  let voice = null;
  let said = new Set();

  function announce(conversation) {
    const turn = conversation.querySelector(".turn:last-of-type");
    const number = turn ? turn.dataset.turn : "";
    const lines = turn ? [...turn.querySelectorAll(".understood, .statement, .trouble")] : [];
    for (const line of lines) {
      const key = `${number} ${turn.querySelector(".question").textContent} ${line.textContent}`;
      if (said.has(key)) continue;
      said.add(key);
      const words = document.createElement("p");
      words.textContent = line.textContent;
      voice.append(words);
    }
    while (voice.childElementCount > 12) voice.firstChild.remove();
  }

  function showNewest(conversation) {
    const turn = conversation.querySelector(".turn:last-of-type");
    if (turn && conversation.scrollHeight > conversation.clientHeight) {
      const top = turn.getBoundingClientRect().top - conversation.getBoundingClientRect().top;
      conversation.scrollTop += top;
    }
    announce(conversation);
    if (article()) tellPlace(article());
  }

  function showDocument() {
    const shown = article();
    if (!shown) return;
    tellPlace(shown);
    if (shown.dataset.opened === "yes") return;
    shown.dataset.opened = "yes";
    shown.querySelector(".text").scrollTop = 0; // Gradio keeps elements, and with them where they were scrolled to
    if (shown.dataset.chosen) choose(shown.dataset.chosen, { moved: false });
    else if (narrow() && followed) shown.scrollIntoView({ block: "start", behavior: "instant" });
    followed = false;
  }

  function watch(id, act) {
    const root = byId(id);
    if (!root) return false;
    new MutationObserver(() => act(root)).observe(root, { childList: true, subtree: true });
    act(root);
    return true;
  }

  function begin() {
    if (!byId("conversation") || !byId("reader")) {
      window.setTimeout(begin, 50);
      return;
    }
    voice = document.createElement("div");
    voice.className = "unseen";
    voice.setAttribute("aria-live", "polite");
    voice.setAttribute("role", "log");
    voice.setAttribute("aria-label", "New statements");
    document.querySelector(".gradio-container").append(voice);
    watch("conversation", showNewest);
    watch("reader", showDocument);
    document.documentElement.lang = "en";
  }

  /* Says that what the page's address asked for is there. */
  const ready = () => { byId("conversation").dataset.ready = "yes"; };

  window.archive = { download, open, ready, copied: "" };
  begin();
})();
