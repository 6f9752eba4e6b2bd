// <phone-camera>: the page on the phone over the brush. Films, sends the picture to the teacher's
// page, and begins anew by itself when the line was lost.
import { askUntil, describe, get, onLost } from "./calling.js";
import { post } from "./sending.js";

const ANSWER_MS = 30000
const RETRY_MS = 2500

class PhoneCamera extends HTMLElement {
  connectedCallback() {
    this.facts = JSON.parse(document.getElementById("phone-facts").textContent)
    this.side = "environment"
    this.addEventListener("click", ({ target }) => {
      const act = target.closest("[data-act]")?.dataset.act
      if (act) this[act]()
    })
    // A phone that slept has lost its camera and its line.
    document.addEventListener("visibilitychange", () => document.hidden || (this.stream && this.start()))
    if (!navigator.mediaDevices?.getUserMedia) return this.#say("unsupported")
    this.start()
  }

  async start() {
    const round = (this.round = (this.round ?? 0) + 1)
    this.stream?.getTracks().forEach((track) => track.stop())
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: this.side, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25 } },
      })
    } catch {
      return this.#say("refused")
    }
    this.querySelector("video").srcObject = this.stream
    navigator.wakeLock?.request("screen").catch(() => {})
    while (round === this.round && this.isConnected) {
      if ((await this.#call(round).catch(() => "lost")) === "over") return this.#over()
      await new Promise((done) => setTimeout(done, RETRY_MS))
    }
  }

  turn() {
    this.side = this.side === "environment" ? "user" : "environment"
    this.start()
  }

  // One line from its offer to its loss.
  async #call(round) {
    this.#say("calling")
    this.connection?.close()
    const connection = (this.connection = new RTCPeerConnection({ iceServers: this.facts.ice }))
    const lost = new Promise((done) => onLost(connection, done))
    connection.addTrack(this.stream.getVideoTracks()[0], this.stream)
    const asked = await post(this.facts.base, { offer: await describe(connection) })
    if (asked.status === 404 || asked.error) return "over"
    const until = Date.now() + ANSWER_MS
    const isOver = () => Date.now() > until || round !== this.round
    const look = async () => (await get(`${this.facts.base}answer/?call=${asked.call}`))?.answer
    const answer = asked.call && (await askUntil(look, isOver))
    if (!answer || round !== this.round) return connection.close()
    await connection.setRemoteDescription({ type: "answer", sdp: answer })
    this.#say("on")
    await lost
    connection.close()
  }

  #over() {
    this.stream.getTracks().forEach((track) => track.stop())
    this.#say("over")
  }

  #say(name) {
    for (const part of this.querySelectorAll("[data-says]")) part.hidden = part.dataset.says !== name
  }
}

customElements.define("phone-camera", PhoneCamera)
