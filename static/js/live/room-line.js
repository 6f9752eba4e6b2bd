// RoomLine: one page's line to its room. Events come down by socket, heartbeats go up; a page
// whose socket is down polls; whoever notices a gap fetches from the last number it knows. Beats
// that found no way are kept and handed in when there is one.

import { KeptBeats } from "./kept-beats.js";
import { post } from "./sending.js";

const RETRY_CAP_MS = 30000

export class RoomLine {
  #socket = null
  #tries = 0
  #isUnanswered = false
  #timers = []
  #fetching = null
  #stopped = false
  #beats = new KeptBeats()
  #asked = [] // of the open socket: up to which beat each unanswered message has told

  // `beside` are the others in front of this device; undefined on a page that asks for none.
  constructor({ socket, events, beat, device, openedAs = "", beside, told, beatMs, onEvent, onLine, onRefused, onBeside, how }) {
    Object.assign(this, { socket, events, beat, device, openedAs, beside, beatMs, onEvent, onLine, onRefused, onBeside, how })
    this.seen = told
  }

  start() {
    this.#connect()
    this.#timers.push(setInterval(() => this.#beat(), this.beatMs))
    addEventListener("online", this.#hurry)
    addEventListener("offline", this.#lost)
  }

  stop() {
    this.#stopped = true
    this.#timers.forEach(clearInterval)
    removeEventListener("online", this.#hurry)
    removeEventListener("offline", this.#lost)
    this.#socket?.close()
  }

  // Somebody came to this device or left it: told at once, and again with every beat.
  sitWith(beside) {
    this.beside = beside
    this.#tell()
  }

  #connect() {
    if (this.#stopped) return
    const scheme = location.protocol === "https:" ? "wss" : "ws"
    const socket = new WebSocket(`${scheme}://${location.host}${this.socket}?device=${this.device}&as=${this.openedAs}&with=${this.beside?.join(".") ?? ""}`)
    this.#socket = socket
    this.#isUnanswered = false
    this.#asked = []
    socket.onmessage = ({ data }) => socket === this.#socket && this.#take(JSON.parse(data))
    socket.onclose = () => socket === this.#socket && this.#retry()
  }

  // Full jitter: three hundred pages that lost the same server do not come back at once.
  #retry() {
    this.#socket = null
    if (this.#stopped) return
    this.onLine(false)
    const most = Math.min(RETRY_CAP_MS, 1000 * 2 ** this.#tries++)
    this.retryTimer = setTimeout(() => this.#connect(), Math.random() * most)
  }

  #hurry = () => {
    if (this.#socket) return
    clearTimeout(this.retryTimer)
    this.#connect()
  }

  #lost = () => {
    const socket = this.#socket
    this.#retry()
    socket?.close()
  }

  #take(message) {
    this.#isUnanswered = false
    this.#heardOf(message)
    this.#beats.hear(message.at)
    if (message.type === "heard") this.#counted(message, this.#asked.shift())
    if (message.type === "refused") {
      this.#stopped = message.code !== 4503
      if (this.#stopped) this.#timers.forEach(clearInterval)
      this.onRefused(message)
    } else if (message.type === "events") {
      this.#apply(message.events)
    } else if (message.type === "resync") {
      this.#fetch()
    } else if (message.type !== "together") {
      this.#tries = 0
      this.onLine(true)
      if (message.type === "hello" && this.#beats.sent.missed) this.#tell()
      if (message.told > this.seen) this.#fetch()
    }
  }

  // Who is counted here; an answer to an older question says nothing.
  #heardOf({ asked, with: counted }) {
    if (counted && this.beside && asked.join() === this.beside.slice().sort((a, b) => a - b).join()) this.onBeside(counted)
  }

  #apply(events) {
    if (events.length && events[0].number > this.seen + 1) return this.#fetch()
    for (const event of events) {
      if (event.number <= this.seen) continue
      this.seen = event.number
      this.onEvent(event)
    }
  }

  #fetch() {
    this.#fetching ??= this.#fetchAll().finally(() => (this.#fetching = null))
  }

  async #fetchAll() {
    for (let more = true; more; ) {
      const response = await fetch(`${this.events}?after=${this.seen}`).catch(() => null)
      if (!response?.ok) return
      const answer = await response.json()
      const before = this.seen
      for (const event of answer.events) {
        if (event.number <= this.seen) continue
        this.seen = event.number
        this.onEvent(event)
      }
      more = answer.more && this.seen > before
    }
  }

  // The school has these beats; unless its database was away.
  #counted({ handed_in: isHandedIn = true }, until) {
    if (isHandedIn) this.#beats.forget(until)
  }

  #beat() {
    this.#beats.add()
    if (this.#socket?.readyState === WebSocket.OPEN) {
      // The last beat was not answered: the line is dead, whatever the socket believes. Not
      // measured in seconds: a hidden page beats only once a minute.
      if (this.#isUnanswered) return this.#lost()
      this.#isUnanswered = true
    }
    this.#tell()
  }

  async #tell() {
    const { missed, at } = this.#beats.sent
    const until = this.#beats.latest
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#asked.push(until)
      return this.#socket.send(JSON.stringify({ type: "beat", seen: this.seen, with: this.beside, how: this.how?.(), missed, at }))
    }
    const fields = { device: this.device, opened_as: this.openedAs, with: this.beside?.join(".") ?? "", ...this.how?.() }
    const answer = await post(this.beat, missed ? { ...fields, missed: missed.join("."), at } : fields)
    this.#heardOf(answer)
    this.#beats.hear(answer.at)
    if (answer.ok) this.#counted(answer, until)
    if (answer.told > this.seen) this.#fetch()
  }
}
