// <second-camera>: a phone over the brush. Shows the code to scan, waits for the phone's picture and
// gives it to the studio (`studio`, set by <teacher-console>). Sends "phone-came" and "phone-went".
import { describe, get, onLost } from "./calling.js";
import { post } from "./sending.js";

const ASK_MS = 2000
// A code is good for ten minutes.
const CODE_MS = 9 * 60 * 1000

class SecondCamera extends HTMLElement {
  connectedCallback() {
    this.facts = JSON.parse(document.getElementById("room-facts").textContent)
    this.dialog = this.querySelector("dialog")
    this.dialog.addEventListener("close", () => clearInterval(this.codes))
    this.addEventListener("click", ({ target }) => target.closest("[data-close]") && this.dialog.close())
    // A page that was reloaded takes the phone back that it had.
    if (this.hasAttribute("data-had")) this.#wait()
  }

  disconnectedCallback() {
    clearInterval(this.codes)
    clearInterval(this.asking)
  }

  async open() {
    this.dialog.showModal()
    this.#wait()
    await this.#showCode()
    clearInterval(this.codes)
    this.codes = setInterval(() => this.#showCode(), CODE_MS)
  }

  async #showCode() {
    const response = await fetch(`${this.facts.base}camera/code/`).catch(() => null)
    // Our own server's fragment, rendered and escaped there.
    if (response?.ok) this.querySelector("[data-code]").innerHTML = await response.text()
  }

  // The phone may come, and come again, as long as this page is open.
  #wait() {
    this.asking ??= setInterval(() => this.#ask(), ASK_MS)
  }

  async #ask() {
    if (this.isBusy || !this.studio) return
    this.isBusy = true
    await this.#look().catch(() => {})
    this.isBusy = false
  }

  async #look() {
    const { call, offer, ice } = (await get(`${this.facts.base}camera/`)) ?? {}
    if (!call || !offer) return
    this.connection?.close()
    const connection = (this.connection = new RTCPeerConnection({ iceServers: ice }))
    connection.ontrack = ({ streams }) => this.#came(streams[0], connection)
    onLost(connection, () => connection === this.connection && this.#went())
    await connection.setRemoteDescription({ type: "offer", sdp: offer })
    await post(`${this.facts.base}camera/reply/`, { call, answer: await describe(connection) })
  }

  async #came(stream, connection) {
    const before = this.studio.source
    await this.studio.openPhone(stream)
    // A phone that comes back does not push away what the teacher shows by now.
    if (!this.isWanted) this.studio.show(before)
    if (connection !== this.connection) return
    if (this.dialog.open) this.dialog.close()
    this.dispatchEvent(new CustomEvent("phone-came", { bubbles: true }))
  }

  #went() {
    this.connection.close()
    this.connection = null
    this.studio.closePhone()
  }
}

customElements.define("second-camera", SecondCamera)
