// Lets the browser keep the page of one's table, so that it opens again without a link. Only where the address is secure.

export async function letPagesBeKept() {
  if (!navigator.serviceWorker) return;
  try { await navigator.serviceWorker.register("/sw.js"); } catch { /* the page works as long as it lives */ }
}

export async function keepThisPage() {
  if (!navigator.serviceWorker || navigator.serviceWorker.controller) return;
  const { active } = await navigator.serviceWorker.ready;
  const paths = performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname);
  active.postMessage({ page: location.pathname, paths });
}
