// <slide-shelf>: the teacher's slides: brought as PDF or pictures, turned, and told to the room by
// number while the class is on. Its `studio` is set by <source-choice>. Sends "slide-shown".
import { post, randomName } from "./sending.js";

const KEYS = { PageDown: 1, ArrowRight: 1, PageUp: -1, ArrowLeft: -1 }

class SlideShelf extends HTMLElement {
  #pictures = new Map()

  connectedCallback() {
    this.facts = JSON.parse(document.getElementById("console-facts").textContent)
    this.decks = this.facts.decks
    this.at = { deck: this.decks.at(-1)?.key ?? "", page: 1 }
    if (this.facts.shown.deck) this.at = { deck: this.facts.shown.deck, page: this.facts.shown.page }
    this.told = this.facts.shown.deck ? `${this.at.deck} ${this.at.page}` : ""
    this.files = this.querySelector("[data-files]")
    this.files.addEventListener("change", () => this.files.files.length && this.#bring())
    this.select = this.querySelector("select")
    this.select.addEventListener("change", () => this.#turnTo(this.select.value, 1))
    this.addEventListener("click", ({ target }) => {
      const turn = target.closest("[data-turn]")?.dataset.turn
      if (turn) this.#turn(Number(turn))
      if (target.closest("[data-add]")) this.files.click()
    })
    document.addEventListener("keydown", this.#press)
    this.#list()
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#press)
  }

  open() {
    if (this.at.deck) this.#turnTo(this.at.deck, this.at.page)
    else this.files.click()
  }

  // The learners see the slides, or something else.
  shown(isShown) {
    this.isShown = isShown
    this.querySelector("[data-pager]").hidden = !isShown
    this.#tell()
  }

  set isOnAir(isOnAir) {
    this.onAir = isOnAir
    this.#tell()
  }

  get deck() {
    return this.decks.find(({ key }) => key === this.at.deck)
  }

  #press = (event) => {
    const isTyping = event.target.closest("input, select, textarea, dialog, video")
    if (!this.isShown || isTyping || !(event.key in KEYS) || event.ctrlKey || event.altKey) return
    event.preventDefault()
    this.#turn(KEYS[event.key])
  }

  #turn(step) {
    const page = this.at.page + step
    if (this.deck && page >= 1 && page <= this.deck.pages) this.#turnTo(this.at.deck, page)
  }

  async #turnTo(key, page) {
    this.at = { deck: key, page }
    this.#list()
    try {
      const picture = await this.#picture(key, page)
      // Turned on meanwhile: the later page is on its way.
      if (this.at.deck !== key || this.at.page !== page) return
      this.studio.showSlide(picture)
      this.#sentence("")
    } catch {
      this.#pictures.clear()
      return this.#sentence(this.dataset.lost)
    }
    this.dispatchEvent(new CustomEvent("slide-shown", { bubbles: true }))
    if (page < this.deck.pages) this.#picture(key, page + 1).catch(() => {})
  }

  #picture(key, page) {
    const name = `slide-${key}-${page}.webp`
    if (this.#pictures.size > 12) this.#pictures.clear()
    if (!this.#pictures.has(name)) this.#pictures.set(name, this.#fetch(`${this.facts.media}${name}`))
    return this.#pictures.get(name)
  }

  async #fetch(url) {
    const response = await fetch(url)
    if (!response.ok) throw new Error(response.status)
    return createImageBitmap(await response.blob())
  }

  // Told one after the other, and only the last of what was turned over quickly.
  async #tell() {
    if (!this.onAir || this.isTelling) return
    this.isTelling = true
    for (let wanted; (wanted = this.isShown ? `${this.at.deck} ${this.at.page}` : "") !== this.told; ) {
      const [deck, page] = wanted ? wanted.split(" ") : ["", 0]
      const { ok } = await post(`${this.facts.base}slide/`, { deck, page })
      if (!ok) break // The next page that is turned tells again.
      this.told = wanted
    }
    this.isTelling = false
  }

  async #bring() {
    const files = new FormData()
    for (const file of this.files.files) files.append("files", file)
    files.append("client_id", randomName())
    this.files.value = ""
    this.#sentence(this.dataset.opening)
    const { ok, deck, error, status } = await post(`${this.facts.base}slides/`, files)
    if (!ok) return this.#sentence(error ?? (status === 413 ? this.dataset.large : this.dataset.lost))
    this.decks.push(deck)
    await this.#turnTo(deck.key, 1)
  }

  #list() {
    const options = this.decks.map(({ key, name }) => new Option(name, key, false, key === this.at.deck))
    this.select.replaceChildren(...options)
    this.querySelector("[data-decks]").hidden = this.decks.length < 2
    this.querySelector("[data-page]").textContent = this.deck ? `${this.at.page} / ${this.deck.pages}` : ""
  }

  #sentence(text) {
    const told = this.querySelector("[data-slides-say]")
    told.textContent = text
    told.hidden = !text
  }
}

customElements.define("slide-shelf", SlideShelf)
