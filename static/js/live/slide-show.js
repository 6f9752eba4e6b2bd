// <slide-show>: what stands in the place of the picture in the mode of slides and sound: the page
// of the slides, the last picture, or the name of the class. Fetched in that mode only.

class SlideShow extends HTMLElement {
  connectedCallback() {
    this.room = this.closest("class-room")
    const { slide, media } = JSON.parse(document.getElementById("room-facts").textContent)
    Object.assign(this, { page: slide, media })
    this.room.addEventListener("room-event", ({ detail }) => detail.kind === "slide" && this.#turnTo(detail))
    this.room.addEventListener("mode-changed", () => this.#show())
    this.picture.addEventListener("load", () => (this.picture.hidden = false))
    // What does not come now may come with the next page; meanwhile the last picture stands.
    this.picture.addEventListener("error", () => (this.picture.hidden = true))
    this.#show()
  }

  get picture() {
    return this.querySelector("[data-slide]")
  }

  #turnTo(page) {
    this.page = page
    this.#show()
  }

  #show() {
    if (this.room.dataset.mode !== "slides") return
    if (!this.page?.deck) return (this.picture.hidden = true)
    const { deck, page, title } = this.page
    this.picture.alt = `${this.dataset.page.replace("#", page)}${title ? `：${title}` : ""}`
    this.picture.src = `${this.media}slide-${deck}-${page}.webp`
  }
}

customElements.define("slide-show", SlideShow)
