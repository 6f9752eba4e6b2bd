// <the-floor>: the teacher asks a learner to speak; the learner says yes or no, speaks, stops. The
// microphone goes to the teacher's page and nowhere else.
import { askUntil, describe, get, onLost } from "./calling.js";
import { isWriting } from "./remote-keys.js";
import { post } from "./sending.js";

const CONNECT_MS = 40000

class TheFloor extends HTMLElement {
  connectedCallback() {
    this.facts = JSON.parse(document.getElementById("room-facts").textContent)
    this.room = this.closest("class-room")
    this.room.addEventListener("room-event", ({ detail }) => this.#happened(detail))
    this.addEventListener("click", ({ target }) => {
      const act = target.closest("[data-floor]")?.dataset.floor
      if (act) this[act]()
    })
    addEventListener("pagehide", () => this.connection && this.stop())
    const latest = this.facts.happened.findLast(({ kind }) => kind === "floor")
    if (latest && this.facts.state === "teaching") this.#happened(latest)
  }

  #happened({ kind, state, call, person, name }) {
    if (kind === "state" && state === "ended") this.#close()
    if (kind !== "floor") return
    const isMine = person === this.facts.person
    this.#show(isMine ? "somebody" : "mine", false)
    if (!isMine) {
      this.querySelector("[data-name]").textContent = name
      return this.#show("somebody", state === "speaking")
    }
    if (state === "offered") this.call = call
    if (call !== this.call) return
    this.#show("asked", state === "offered" && !this.connection)
    if (state === "ended") this.#close()
  }

  async speak() {
    if (this.connection) return
    this.#tell("")
    this.#show("asked", false)
    const url = `${this.facts.base}floor/${this.call}/`
    try {
      this.voice = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      })
    } catch (error) {
      return this.#again(error.name === "NotFoundError" ? "none" : "microphone")
    }
    const { state, ice } = (await get(url)) ?? {}
    if (state !== "offered") return this.#close(state ? "" : "line")
    const connection = (this.connection = new RTCPeerConnection({ iceServers: ice }))
    connection.addTrack(this.voice.getAudioTracks()[0], this.voice)
    connection.ontrack = ({ streams }) => this.#hear(streams[0])
    onLost(connection, () => this.stop())
    const offer = await describe(connection)
    const taken = await post(`${url}take/`, { offer, opened_as: this.facts.person ?? "" })
    if (!taken.ok) return this.#close("line", taken.error)
    this.#show("mine", true)
    const until = Date.now() + CONNECT_MS
    const isOver = () => Date.now() > until || connection !== this.connection
    const answer = await askUntil(async () => (await get(url))?.answer, isOver)
    if (connection !== this.connection) return
    if (!answer) return this.stop("line")
    await connection.setRemoteDescription({ type: "answer", sdp: answer })
  }

  no() {
    this.stop()
  }

  stop(problem = "") {
    // Also from a page that is being closed.
    post(`${this.facts.base}floor/${this.call}/end/`, { opened_as: this.facts.person ?? "" }, { keepalive: true })
    this.#close(problem)
  }

  // The class comes two seconds late: silent while the two talk, or the own voice comes back.
  #hear(stream) {
    for (const media of this.room.querySelectorAll("video, audio")) {
      if (media === this.ear || media.volume === 0 || media.muted) continue
      this.silenced = [...(this.silenced ?? []), media]
      media.volume = 0
      if (media.volume) media.muted = true // An iPhone keeps its volume.
    }
    this.ear = this.querySelector("[data-ear]")
    this.ear.srcObject = stream
    this.ear.play().catch(() => {})
  }

  #close(problem = "", sentence = "") {
    this.connection?.close()
    this.connection = null
    this.voice?.getTracks().forEach((track) => track.stop())
    if (this.ear) this.ear.srcObject = null
    for (const media of this.silenced ?? []) Object.assign(media, { volume: 1, muted: false })
    this.silenced = null
    const wasHere = this.contains(document.activeElement)
    for (const part of ["asked", "mine", "somebody"]) this.#show(part, false)
    if (wasHere) this.room.querySelector("[data-act=hand]").focus()
    this.#tell(problem, sentence)
  }

  #again(problem) {
    this.#show("asked", true)
    this.#tell(problem)
  }

  #tell(problem, sentence) {
    const words = this.querySelector("template").content.querySelector(`[data-word="${problem}"]`)
    this.querySelector("[data-problem]").textContent = sentence || (words?.textContent ?? "")
    this.#show("problem", Boolean(problem))
  }

  #show(name, shown) {
    const part = this.querySelector(`[data-part="floor-${name}"]`)
    const isNew = shown && part.hidden
    part.hidden = !shown
    if (isNew && ["asked", "mine"].includes(name) && !isWriting()) part.querySelector("button").focus()
  }
}

customElements.define("the-floor", TheFloor)
