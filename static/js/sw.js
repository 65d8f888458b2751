// The service worker: keeps the page of one's table and the files it needs, so that it opens again without a link.
// Everything else goes to the network as if this were not here.

const PAGES = "pages-1";
const FILES = "files-1";
const PATIENCE = 6000;
const LONGEST = 24 * 3600 * 1000;
const isTable = (url) => /^\/forums\/[^/]+$/.test(url.pathname);
const isFile = (url) => /^\/static\/.+\.(js|css|svg)$/.test(url.pathname);

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && isTable(url)) event.respondWith(openPage(event, url));
  else if (isFile(url)) event.respondWith(openFile(event));
});
self.addEventListener("message", (event) => event.waitUntil(keepWhatIsOpen(event.data)));

// From the network where it answers in time, else as it was kept; what comes late is kept for the next time.
async function openPage(event, url) {
  const fresh = fetch(event.request);
  event.waitUntil(fresh.then((answer) => keepPage(url, answer.clone())).catch(() => {}));
  const kept = await keptPage(url);
  if (!kept) return fresh;
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
  try {
    const first = await Promise.race([fresh, late]);
    if (first && first.status < 500) return first;
  } catch { /* no link */ }
  return marked(kept);
}

async function keepPage(url, answer) {
  if (answer.status >= 500 || url.search) return;
  const pages = await caches.open(PAGES);
  if (!answer.ok || answer.headers.get("Hyeondap-Keep") !== "page") { await pages.delete(url.pathname); return; }
  const html = await answer.clone().text();
  await pages.put(url.pathname, answer);
  await dropOldFiles((/\/static\/([0-9a-f]+)\//.exec(html) || [])[1]);
}

async function keptPage(url) {
  const pages = await caches.open(PAGES);
  const kept = await pages.match(url.pathname);
  if (!kept || Math.abs(Date.now() - Date.parse(kept.headers.get("Date"))) < LONGEST) return kept;
  await pages.delete(url.pathname);
  return undefined;
}

// The page's script has to know that it was not drawn just now.
async function marked(kept) {
  const headers = new Headers(kept.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  return new Response((await kept.text()).replace("<body ", "<body data-kept "), { headers });
}

async function openFile(event) {
  const files = await caches.open(FILES);
  const kept = await files.match(event.request);
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (answer.ok) event.waitUntil(files.put(event.request, answer.clone()));
  return answer;
}

async function dropOldFiles(version) {
  const files = await caches.open(FILES);
  for (const request of await files.keys()) {
    if (!new URL(request.url).pathname.startsWith(`/static/${version}/`)) await files.delete(request);
  }
}

// The first page came before this worker did.
async function keepWhatIsOpen({ page, paths }) {
  const url = new URL(page, self.location.origin);
  if (isTable(url)) await keepPage(url, await fetch(url.pathname));
  const files = await caches.open(FILES);
  await files.addAll(paths.filter((path) => isFile(new URL(path, self.location.origin))));
}
