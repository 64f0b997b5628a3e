// Keeps the page in step: hears which regions have changed and fetches them, sends forms without leaving the page,
// copies what is to be copied. Without this script every form and link still works.
const here = document.body.dataset.here;
const waiting = new Set();
let fetching = false;
let events = null;

document.documentElement.classList.add("js");

const atBottom = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 80;
const toBottom = (box) => { box.scrollTop = box.scrollHeight; };

// Touches only the children that differ: what stays is not read aloud again.
function change(region, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const [old, fresh] = [[...region.childNodes], [...template.content.childNodes]];
  fresh.forEach((node, at) => {
    if (!old[at]) region.append(node);
    else if (!old[at].isEqualNode(node)) old[at].replaceWith(node);
  });
  old.slice(fresh.length).forEach((node) => node.remove());
}

function replace(region, html) {
  if (region.dataset.last === html) return;
  const box = region.closest("[data-bottom]");
  const follow = box && atBottom(box);
  const open = [...region.querySelectorAll("details")].map((it) => it.open);
  const text = region.querySelector("textarea");
  const typed = text && text.value;
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  change(region, html);
  region.dataset.last = html;
  region.querySelectorAll("details").forEach((it, at) => { it.open = open[at] || false; });
  const again = region.querySelector("textarea");
  if (again && typed) again.value = typed;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (region.dataset.region === "toast") region.querySelector("[autofocus]")?.focus();
  if (follow) toBottom(box);
}

async function fetchWaiting() {
  if (fetching) return;
  fetching = true;
  while (waiting.size) {
    const names = [...waiting];
    waiting.clear();
    await Promise.all(names.map(async (name) => {
      const region = document.querySelector(`[data-region="${name}"]`);
      const answer = await fetch(`${here}/part/${name}${location.search}`).catch(() => null);
      if (region && answer?.ok) replace(region, await answer.text());
    }));
  }
  fetching = false;
}

function listen() {
  if (events || document.hidden) return;
  events = new EventSource(`${here}/events${location.search}`);
  events.onmessage = (event) => { waiting.add(event.data); fetchWaiting(); };
  events.onopen = () => document.body.classList.remove("lost");
  events.onerror = () => {
    document.body.classList.add("lost");
    // A browser gives up on some answers; we do not.
    if (events.readyState === EventSource.CLOSED) { hush(); setTimeout(listen, 2000); }
  };
}

// A browser keeps few connections to one place: a page nobody looks at gives its own back.
function hush() {
  events?.close();
  events = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? hush() : listen()));
addEventListener("pagehide", hush);
addEventListener("pageshow", listen);

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  event.preventDefault();
  if (button?.getAttribute("aria-busy") === "true") return;
  button?.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(new FormData(form, button));
  if ("empties" in form.dataset) form.reset();
  form.closest("details")?.removeAttribute("open");
  const answer = await fetch(form.action, { method: "POST", body, headers: { "x-by-script": "1" } }).catch(() => null);
  button?.removeAttribute("aria-busy");
  if (button?.dataset.leaves) location.assign(button.dataset.leaves);
  else if (answer?.status === 200) location.assign(await answer.text());
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    // No clipboard: select it, so that a person can copy it.
    const range = document.createRange();
    range.selectNodeContents(button.parentElement);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return;
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = label; }, 1500);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches?.(".say textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
  if (event.key === "Escape") document.querySelector("[data-cancel]")?.click();
});

document.querySelectorAll("[data-bottom]").forEach(toBottom);
document.querySelectorAll("details").forEach((it) => it.addEventListener("toggle", () => it.querySelectorAll("[data-bottom]").forEach(toBottom)));
listen();
