// <message-list>: the last few things said, newest at the bottom. Text stays text;
// what was spoken is played at a press, one at a time.

export class MessageList extends HTMLElement {
  connectedCallback() {
    this.most = Number(this.dataset.most ?? 8)
    this.closest("class-room, console-side, helper-desk")?.addEventListener("room-event", ({ detail }) => {
      if (detail.kind === "hidden") this.#hide(detail.of)
    })
  }

  add({ number, person, name, text, teacher, by, voice, seconds, hidden }) {
    if (hidden) return
    const item = this.querySelector("template").content.cloneNode(true).firstElementChild
    item.id = `message-${number}`
    Object.assign(item.dataset, { number, person })
    if (teacher) item.querySelector("[data-moderate=mute]")?.remove()
    item.querySelector("[data-name]").textContent = name
    item.querySelector("[data-teacher]").hidden = !teacher
    item.querySelector("[data-agent]").hidden = !by
    item.querySelector("[data-by]").textContent = by ?? ""
    item.querySelector("[data-text]").textContent = text
    if (voice) this.#giveVoice(item.querySelector("[data-voice]"), voice, seconds)
    const list = this.querySelector("ul")
    list.append(item)
    while (list.children.length > this.most) list.firstElementChild.remove()
    this.querySelector("[data-none]")?.remove()
  }

  #giveVoice(button, voice, seconds) {
    const words = button.querySelector("[data-seconds]")
    const show = (isPlaying) => (words.textContent = isPlaying ? button.dataset.stop : button.dataset.play.replace("#", seconds))
    button.hidden = false
    show(false)
    button.addEventListener("click", () => {
      const isOwn = this.playing === button
      this.audio?.pause()
      this.playing = null
      if (isOwn) return
      this.playing = button
      const { media } = JSON.parse(document.getElementById("room-facts").textContent)
      this.audio = new Audio(`${media}voice-${voice}.m4a`)
      this.audio.onpause = this.audio.onended = this.audio.onerror = () => show(false)
      show(true)
      this.audio.play().catch(() => show(false))
    })
  }

  #hide(number) {
    this.querySelector(`#message-${number}`)?.remove()
  }
}

customElements.define("message-list", MessageList)
