// <source-choice>: what the learners see: camera, phone, screen, slides, or the title card; and the
// teacher small beside it. Its `studio` is set by <teacher-console>. Sends "choice-problem" with the
// name of a sentence.
import "./second-camera.js";
import "./slide-shelf.js";

class SourceChoice extends HTMLElement {
  connectedCallback() {
    this.shelf = this.querySelector("slide-shelf")
    this.phones = this.querySelector("second-camera")
    this.addEventListener("click", ({ target }) => {
      const choice = target.closest("[data-choose]")?.dataset.choose
      if (!choice || !this.studio) return
      if (choice !== "inset") this.phones.isWanted = choice === "phone"
      this[choice]()
    })
    this.addEventListener("slide-shown", () => this.show())
    this.addEventListener("phone-came", () => this.show())
  }

  set studio(studio) {
    this.made = studio
    this.shelf.studio = studio
    this.phones.studio = studio
  }

  get studio() {
    return this.made
  }

  camera() {
    return this.#open("camera", () => this.studio.openCamera(), "cameraRefused")
  }

  phone() {
    if (this.studio.has("phone")) this.studio.show("phone")
    else this.phones.open()
    this.show()
  }

  screen() {
    return this.#open("screen", () => this.studio.openScreen(), "screenRefused")
  }

  slides() {
    this.shelf.open()
  }

  card() {
    this.studio.show("card")
    this.show()
  }

  inset() {
    this.studio.isInset = !this.studio.isInset
    this.show()
  }

  show() {
    const { source, isInset } = this.studio
    for (const button of this.querySelectorAll("button[data-source]")) {
      button.setAttribute("aria-pressed", String(button.dataset.source === source))
    }
    const inset = this.querySelector("[data-choose=inset]")
    inset.setAttribute("aria-pressed", String(isInset))
    inset.hidden = ["camera", "card"].includes(source) || !this.studio.has("camera")
    this.shelf.shown(source === "slides")
  }

  async #open(source, open, problem) {
    if (source !== "screen" && this.studio.has(source)) this.studio.show(source)
    else await open().then(() => this.#tell(""), () => this.#tell(problem))
    this.show()
  }

  #tell(problem) {
    this.dispatchEvent(new CustomEvent("choice-problem", { detail: problem, bubbles: true }))
  }
}

customElements.define("source-choice", SourceChoice)
