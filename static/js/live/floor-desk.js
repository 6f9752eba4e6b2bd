// <floor-desk>: who has the floor, on the teacher's page. Its `mix` is set by <teacher-console>.
import { describe, get, onLost } from "./calling.js";
import { post } from "./sending.js";

class FloorDesk extends HTMLElement {
  connectedCallback() {
    this.facts = JSON.parse(document.getElementById("room-facts").textContent)
    this.console = this.closest("teacher-console")
    this.console.addEventListener("room-event", ({ detail }) => this.#happened(detail))
    this.querySelector("[data-end-floor]").addEventListener("click", () => this.end())
    const { call, state, name } = this.dataset
    if (!call) return
    this.#happened({ kind: "floor", call, state: "offered", name })
    // A page that was reloaded has lost the voice: the learner is asked anew, if at all.
    if (state === "speaking") this.end()
  }

  async #happened({ kind, call, state, name }) {
    if (kind !== "floor") return
    if (state === "ended") return call === this.call && this.#close()
    this.call = call
    this.hidden = false
    this.querySelector("[data-name]").textContent = name
    this.#show(state)
    if (state === "speaking") await this.#answer(call)
  }

  async #answer(call) {
    const url = `${this.facts.base}floor/${call}/`
    const { offer, ice } = (await get(url)) ?? {}
    if (!offer || call !== this.call) return
    this.connection?.close()
    const connection = (this.connection = new RTCPeerConnection({ iceServers: ice }))
    connection.ontrack = ({ streams }) => this.mix.addVoice(streams[0])
    onLost(connection, () => this.end())
    await connection.setRemoteDescription({ type: "offer", sdp: offer })
    // The microphone only, never the mix.
    connection.addTrack(this.mix.teacher, new MediaStream([this.mix.teacher]))
    await post(`${url}reply/`, { answer: await describe(connection) })
  }

  async end() {
    const call = this.call
    this.#close()
    await post(`${this.facts.base}floor/${call}/end/`, {})
  }

  #close() {
    this.connection?.close()
    this.connection = null
    this.mix?.removeVoice()
    this.hidden = true
  }

  #show(state) {
    for (const part of this.querySelectorAll("[data-floor-state]")) part.hidden = part.dataset.floorState !== state
  }
}

customElements.define("floor-desk", FloorDesk)
