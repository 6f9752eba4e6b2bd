// <study-together>: who of the household listens on this device. Each tick is told to the room at
// once; whom the room refuses is unticked again. The device remembers the numbers, no names.

const MEMORY = "beside"

function remembered() {
  try {
    return new Set((localStorage.getItem(MEMORY) ?? "").split(".").filter(Boolean))
  } catch {
    return new Set() // Storage may be switched off.
  }
}

class StudyTogether extends HTMLElement {
  #isWaiting = false // for the room's word on the last tap

  connectedCallback() {
    const before = remembered()
    for (const box of this.#boxes) box.checked = before.has(box.value)
    this.addEventListener("change", () => this.#changed())
    this.#showNames()
    // A class that runs is not covered by a question that was answered last time.
    if (this.#boxes.length && !this.chosen.length) this.querySelector("[data-fold]").open = true
  }

  get chosen() {
    return this.#boxes.filter((box) => box.checked).map((box) => Number(box.value))
  }

  // What the room answered: who is really counted here.
  confirm(counted) {
    const refused = this.#boxes.filter((box) => box.checked && !counted.includes(Number(box.value)))
    if (!refused.length) return this.#isWaiting && this.#say(this.dataset.changed)
    for (const box of refused) box.checked = false
    this.#changed()
    this.#say(`${refused.map((box) => box.dataset.name).join("、")}：${this.dataset.refused}`)
  }

  get #boxes() {
    return [...this.querySelectorAll("input[type=checkbox]")]
  }

  #changed() {
    this.#remember()
    this.#showNames()
    this.#isWaiting = true
    this.querySelector("[data-said]").textContent = ""
    this.dispatchEvent(new CustomEvent("together-changed", { bubbles: true }))
  }

  // Members without a seat in this class are not asked about here, and are not forgotten.
  #remember() {
    const kept = remembered()
    for (const box of this.#boxes) box.checked ? kept.add(box.value) : kept.delete(box.value)
    try {
      localStorage.setItem(MEMORY, [...kept].join("."))
    } catch {
      // Storage may be switched off or full; the choice holds for this page.
    }
  }

  #showNames() {
    const names = this.#boxes.filter((box) => box.checked).map((box) => box.dataset.name)
    this.querySelector("[data-names]").textContent = names.join("、") || this.dataset.none
  }

  #say(sentence) {
    this.#isWaiting = false
    this.querySelector("[data-said]").textContent = sentence
  }
}

customElements.define("study-together", StudyTogether)
