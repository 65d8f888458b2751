// Regions: named parts of the page that the server draws. New ones join their list; empty ones go.

function element(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.firstElementChild;
}

function busy(node) {
  return node.contains(document.activeElement) && document.activeElement.matches("input:not([type=checkbox]):not([type=radio]),textarea,select");
}

export class Regions {
  constructor(onDrawn) {
    this.onDrawn = onDrawn;
    this.later = new Map();
    document.addEventListener("focusout", () => setTimeout(() => this.drawLater(), 0));
  }

  find(name) {
    return document.querySelector(`[data-region="${CSS.escape(name)}"]`);
  }

  // A region someone is typing in is drawn when they leave it.
  draw(region) {
    const present = this.find(region.n);
    if (present && busy(present) && region.h) {
      this.later.set(region.n, region);
      return;
    }
    const fresh = region.h ? element(region.h) : null;
    if (present && fresh) {
      const focused = present.contains(document.activeElement) ? document.activeElement.dataset.focus || document.activeElement.id : null;
      const open = [...present.querySelectorAll("details[open]")].map((one) => one.dataset.keep).filter(Boolean);
      present.replaceWith(fresh);
      for (const name of open) fresh.querySelector(`details[data-keep="${CSS.escape(name)}"]`)?.setAttribute("open", "");
      if (focused) (fresh.querySelector(`[data-focus="${CSS.escape(focused)}"]`) || fresh.querySelector(`#${CSS.escape(focused)}`))?.focus();
    } else if (present) {
      present.remove();
    } else if (fresh && region.w) {
      const list = document.querySelector(`[data-list="${CSS.escape(region.w)}"]`);
      if (!list) return;
      fresh.classList.add("is-new");
      if (region.f) list.prepend(fresh);
      else list.append(fresh);
      list.dispatchEvent(new CustomEvent("region:new", { bubbles: true, detail: fresh }));
    }
    if (fresh) this.onDrawn(fresh);
  }

  drawLater() {
    for (const [name, region] of this.later) {
      const present = this.find(name);
      if (present && busy(present)) continue;
      this.later.delete(name);
      this.draw(region);
    }
  }

  drawAll(regions, full) {
    if (full) {
      const names = new Set(regions.filter((region) => region.h).map((region) => region.n));
      for (const item of document.querySelectorAll("[data-list] > [data-region]")) {
        if (!names.has(item.dataset.region)) item.remove();
      }
    }
    for (const region of regions) this.draw(region);
    for (const list of document.querySelectorAll("[data-list]")) {
      list.dispatchEvent(new CustomEvent("region:changed", { bubbles: true }));
    }
  }
}
