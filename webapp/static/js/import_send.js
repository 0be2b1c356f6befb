// Getting files to the server: chosen, dropped, several at once as one ZIP, with a bar while they go.
import { upload } from "./api.js";
import { el, fill, find } from "./dom.js";
import { fileSize, number } from "./format.js";
import { gettext } from "./words.js";
import { zipped } from "./zip_store.js";


/** One file of several: Shapefiles are named by their stem, anything else by how many there are. */
async function asOne(files) {
  if (files.length === 1) return files[0];
  const stems = new Set(files.map((file) => file.name.replace(/\..*$/, "")));
  const name = stems.size === 1 ? `${[...stems][0]}.zip` : gettext("{count} 个文件.zip", { count: files.length });
  return new File([await zipped(files)], name, { type: "application/zip" });
}

export class Sender {
  /** `heard`: `sent(answer)`, `failed(problem)`. `limit()` gives the largest size in bytes. */
  constructor(heard, limit) {
    this.heard = heard;
    this.limit = limit;
    this.drop = find("[data-part=drop]");
    this.field = find("[data-part=file]");
    this.bar = find("[data-part=sending]");
    this.#bind();
  }

  #bind() {
    find("[data-act=choose]", this.drop).addEventListener("click", () => this.field.click());
    this.field.addEventListener("change", () => this.send([...this.field.files]));
    // Anywhere on the page: who misses the box would else leave the page for the file.
    for (const kind of ["dragenter", "dragover"]) {
      document.addEventListener(kind, (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        this.drop.classList.add("over");
      });
    }
    document.addEventListener("dragleave", (event) => event.relatedTarget === null && this.drop.classList.remove("over"));
    document.addEventListener("drop", (event) => {
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.drop.classList.remove("over");
      this.send([...event.dataTransfer.files]);
    });
  }

  async send(files) {
    this.field.value = "";
    if (!files.length || this.under) return;
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (size > this.limit()) {
      const sentence = gettext("文件共 {size}，超过 {limit}，请分成几个文件上传", { size: fileSize(size), limit: fileSize(this.limit()) });
      this.heard.failed({ message: sentence, detail: files.map((file) => file.name).join("、") });
      return;
    }
    this.under = new AbortController();
    try {
      const file = await asOne(files);
      const form = new FormData();
      form.append("file", file, file.name);
      this.heard.sent(await upload("/api/imports", form, (share) => this.#show(file, share), { signal: this.under.signal }));
    } catch (problem) {
      if (problem.name !== "AbortError") this.heard.failed(problem);
    } finally {
      this.under = null;
      this.bar.hidden = true;
    }
  }

  #show(file, share) {
    this.bar.hidden = false;
    const words = share < 1 ? gettext("正在上传 {name}", { name: file.name }) : gettext("已上传，正在检查 {name}", { name: file.name });
    const meter = el("progress", { max: 1, value: share, "aria-label": words });
    const stop = el("button", { type: "button", class: "text", onclick: () => this.under?.abort() }, gettext("取消"));
    fill(this.bar, el("span", {}, `${words} · ${number(share * 100)}%`), meter, stop);
  }
}
