// <room-moderation data-fragment="…">: shows a fragment of the server and asks for it again when
// something happened in the room, and now and then. Sends what buttons with data-moderate in the
// room around it do; their other data are the fields. Works the same for teacher and helper.
import { post, randomName } from "./sending.js";

const LOOK_MS = 8000
const NEWS = new Set(["held", "muted", "helped", "no_sound", "hand_up", "hand_down", "state", "poll"])

class RoomModeration extends HTMLElement {
  connectedCallback() {
    this.room = this.closest("console-side, helper-desk")
    this.base = JSON.parse(document.getElementById("room-facts").textContent).base
    this.room.addEventListener("room-event", ({ detail }) => NEWS.has(detail.kind) && this.#look())
    this.room.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-moderate], [data-phone]")
      if (!button || this.#owner(button) !== this) return
      if (button.dataset.phone) this.#phone(button)
      else this.#do(button)
    })
    this.looking = setInterval(() => this.#look(), LOOK_MS)
    this.#look()
  }

  disconnectedCallback() {
    clearInterval(this.looking)
  }

  // Of several in a room one sends what is pressed: the one around the button, else the first.
  #owner(button) {
    return button.closest("room-moderation") ?? this.room.querySelector("room-moderation")
  }

  async #do(button) {
    if (button.disabled) return
    button.disabled = true
    const { moderate, ...fields } = { ...button.closest(".message")?.dataset, ...button.dataset }
    const { ok, error } = await post(`${this.base}${moderate}/`, { client_id: randomName(), ...fields })
    button.disabled = false
    button.closest("details")?.removeAttribute("open")
    this.#tell(ok ? "" : (error ?? this.room.dataset.offline))
    this.#look()
  }

  // The number stays until the next one: the list below it may change meanwhile.
  async #phone({ dataset }) {
    const sent = new FormData()
    sent.append("person", dataset.phone)
    sent.append("csrfmiddlewaretoken", this.room.querySelector("[name=csrfmiddlewaretoken]").value)
    const response = await fetch(`${this.base}help/phone/`, { method: "POST", body: sent }).catch(() => null)
    if (!response?.ok) return this.#tell(this.room.dataset.offline)
    this.#tell("")
    const numbers = this.room.querySelector("[data-numbers]")
    numbers.innerHTML = await response.text()
    const advice = document.createElement("p")
    advice.textContent = dataset.say
    numbers.querySelector(".notice__text")?.append(advice)
    numbers.querySelector("a")?.focus()
    this.#look()
  }

  async #look() {
    const response = await fetch(`${this.base}${this.dataset.fragment}`).catch(() => null)
    if (!response?.ok) return
    const html = await response.text()
    // The same again would only take the focus from under somebody's hand.
    if (html === this.html) return
    this.html = html
    const here = this.querySelector("[data-fragment-here]")
    const open = new Set([...here.querySelectorAll("details[open]")].map((part) => part.closest("[id]")?.id))
    const focused = here.contains(document.activeElement) ? document.activeElement.id : ""
    // Our own server's fragment, rendered and escaped there.
    here.innerHTML = html
    for (const part of here.querySelectorAll("details")) part.open = open.has(part.closest("[id]")?.id)
    if (focused) document.getElementById(focused)?.focus()
  }

  #tell(sentence) {
    this.room.querySelector("[data-part=side-problem] [data-sentence]").textContent = sentence
    this.room.querySelector("[data-part=side-problem]").hidden = !sentence
  }
}

customElements.define("room-moderation", RoomModeration)
