// Upstream: the recorder and its socket. A lost line comes back by itself with a new recorder;
// the server continues the same class.

import { IdleWatch } from "./idle-watch.js";
import { recorderOf } from "./recorder.js";

const CHUNK_MS = 200
const BEAT_MS = 3000
const RETRY_CAP_MS = 5000
// A line is well again when it has carried the stream for so long; else the next try comes later.
const STEADY_MS = 20000
// A line that is this far behind will not catch up: begin anew rather than lag.
const UNSENT_AT_MOST = 4 * 1024 * 1024

export class Upstream {
  #socket = null
  #recorder = null
  #tries = 0
  #wanted = false
  #take = false
  #idle = new IdleWatch()

  constructor({ address, console: name, stream, onState, onProblem, onTaken }) {
    Object.assign(this, { address, name, stream, onState, onProblem, onTaken })
  }

  start({ take = false } = {}) {
    this.#wanted = true
    this.#take = take
    addEventListener("offline", this.#offline)
    addEventListener("online", this.#online)
    this.#connect()
  }

  // Ends the stream and waits until the server has it all.
  async stop() {
    this.#rest()
    const socket = this.#socket
    await this.#stopRecorder()
    if (socket?.readyState !== WebSocket.OPEN) return
    socket.send(JSON.stringify({ type: "stop" }))
    const closed = new Promise((done) => (socket.onclose = done))
    socket.close()
    await closed
  }

  #connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws"
    const query = `?console=${this.name}${this.#take ? "&take=1" : ""}`
    const socket = new WebSocket(`${scheme}://${location.host}${this.address}${query}`)
    this.#socket = socket
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data), socket)
    socket.onclose = () => socket === this.#socket && this.#lost()
    clearInterval(this.beats)
    this.beats = setInterval(() => this.#beat(), BEAT_MS)
  }

  #hear(message, socket) {
    if (message.type === "hello") {
      this.#take = false
      this.#send({ type: "start" })
    } else if (message.type === "started") {
      this.#record(socket)
    } else if (message.type === "problem") {
      this.onProblem(message)
      if (["room", "unknown_codec", "too_many_transcodes", "disk_full"].includes(message.code)) this.#giveUp()
      else socket.close()
    } else if (message.type === "refused") {
      if (message.code === 4408) return socket.close()
      this.#giveUp()
      if (message.code === 4409) this.onTaken(message)
      else this.onProblem(message)
    }
  }

  #beat() {
    this.#send({ type: "beat" })
    if (this.#recorder && this.#idle.beat()) this.#again()
  }

  // The line is well and the recorder is not: a new one on the same line.
  async #again() {
    clearTimeout(this.steady)
    await this.#stopRecorder()
    this.#send({ type: "start" })
  }

  #record(socket) {
    const recorder = recorderOf(this.stream())
    recorder.ondataavailable = ({ data }) => {
      if (data.size) this.#idle.gave()
      if (socket.readyState !== WebSocket.OPEN || !data.size) return
      if (socket.bufferedAmount > UNSENT_AT_MOST) return socket.close()
      socket.send(data)
    }
    recorder.onerror = () => socket.close()
    recorder.start(CHUNK_MS)
    this.#recorder = recorder
    this.#idle.gave()
    clearTimeout(this.steady)
    this.steady = setTimeout(() => {
      if (!this.#idle.isGiving) return
      this.#tries = 0
      this.#idle.isWell()
    }, STEADY_MS)
    this.onState("on")
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  async #stopRecorder() {
    const recorder = this.#recorder
    this.#recorder = null
    if (!recorder || recorder.state === "inactive") return
    const stopped = new Promise((done) => (recorder.onstop = done))
    recorder.stop()
    await stopped
  }

  async #lost() {
    this.#socket = null
    clearTimeout(this.steady)
    await this.#stopRecorder()
    if (!this.#wanted) return
    this.onState("reconnecting")
    const most = Math.min(RETRY_CAP_MS, 500 * 2 ** this.#tries++)
    this.retry = setTimeout(() => this.#wanted && this.#connect(), most * (0.5 + Math.random() / 2))
  }

  #offline = () => {
    const socket = this.#socket
    if (socket) this.#lost()
    socket?.close()
  }

  #online = () => {
    if (this.#socket || !this.#wanted) return
    clearTimeout(this.retry)
    this.#connect()
  }

  #rest() {
    this.#wanted = false
    clearInterval(this.beats)
    clearTimeout(this.retry)
    clearTimeout(this.steady)
    removeEventListener("offline", this.#offline)
    removeEventListener("online", this.#online)
  }

  #giveUp() {
    this.#rest()
    this.#stopRecorder()
    this.#socket?.close()
    this.onState("off")
  }
}
