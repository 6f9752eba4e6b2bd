// <source-choice>: what the learners see: camera, screen, the title card, or slides as pictures.
// Its `studio` is set by <teacher-console>. Sends "choice-problem" with the name of a sentence.

class SourceChoice extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", ({ target }) => {
      const choice = target.closest("[data-choose]")?.dataset.choose
      if (choice && this.studio) this[choice]()
    })
    this.querySelector("[data-files]").addEventListener("change", ({ target }) => this.#pictures(target.files))
  }

  camera() {
    return this.#open("camera", () => this.studio.openCamera(), "cameraRefused")
  }

  screen() {
    return this.#open("screen", () => this.studio.openScreen(), "screenRefused")
  }

  card() {
    this.studio.show("card")
    this.show()
  }

  next() {
    this.studio.turn(1)
    this.show()
  }

  back() {
    this.studio.turn(-1)
    this.show()
  }

  show() {
    for (const button of this.querySelectorAll("button[data-source]")) {
      button.setAttribute("aria-pressed", String(button.dataset.source === this.studio.source))
    }
    this.querySelector("label").toggleAttribute("data-on", this.studio.source === "pictures")
    const { number, of } = this.studio.page
    this.querySelector("[data-pager]").hidden = of === 0
    this.querySelector("[data-page]").textContent = `${number} / ${of}`
  }

  async #open(source, open, problem) {
    if (source !== "screen" && this.studio.has(source)) this.studio.show(source)
    else await open().then(() => this.#tell(""), () => this.#tell(problem))
    this.show()
  }

  async #pictures(files) {
    if (!this.studio) return
    await this.studio.openPictures(files).then(() => this.#tell(""), () => this.#tell("badPicture"))
    this.show()
  }

  #tell(problem) {
    this.dispatchEvent(new CustomEvent("choice-problem", { detail: problem, bubbles: true }))
  }
}

customElements.define("source-choice", SourceChoice)
