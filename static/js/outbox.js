// The outbox: acts wait here until the server has them. Kept in IndexedDB, so that a reload loses nothing.

const NAME = "hyeondap";
const STORE = "outbox";

function openStore() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

function finished(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function completed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
}

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox {
  // `owner` keeps the acts of one seat or person apart from those of another on a shared device.
  constructor(owner) {
    this.owner = owner;
    this.memory = [];
    this.durable = true;
  }

  async start() {
    try {
      this.db = await openStore();
      const all = await finished(this.db.transaction(STORE).objectStore(STORE).getAll());
      this.memory = all.filter((item) => item.owner === this.owner).sort((a, b) => a.order - b.order);
      this.last = Math.max(0, ...this.memory.map((item) => Number(item.data.counter) || 0));
    } catch {
      this.durable = false;
    }
    return this;
  }

  get items() { return this.memory; }

  // A number that only rises: orders the acts of one seat since it was last taken over.
  nextCounter(least = 0) {
    const name = `counter/${this.owner}`;
    this.last = Math.max(this.last || 0, least);
    try {
      this.last = Math.max(this.last, Number(localStorage.getItem(name) || 0)) + 1;
      localStorage.setItem(name, String(this.last));
    } catch { this.last += 1; }
    return this.last;
  }

  // Once this resolves, the act outlives the page, the browser and the phone's power.
  async put(item) {
    const order = Math.max(Date.now(), (this.memory.at(-1)?.order || 0) + 1);
    const kept = { ...item, order, owner: this.owner };
    this.memory.push(kept);
    await this.write((store) => store.put(kept));
    return kept;
  }

  async drop(key) {
    this.memory = this.memory.filter((item) => item.key !== key);
    await this.write((store) => store.delete(key));
  }

  async write(change) {
    if (!this.durable) return;
    try {
      const transaction = this.db.transaction(STORE, "readwrite", { durability: "strict" });
      change(transaction.objectStore(STORE));
      await completed(transaction);
    } catch { this.durable = false; }
  }
}
