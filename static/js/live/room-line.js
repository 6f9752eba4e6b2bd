// RoomLine: one page's line to its room. Events come down by socket, heartbeats go up; a page
// whose socket is down polls; whoever notices a gap fetches from the last number it knows.

const RETRY_CAP_MS = 30000

export function csrfToken() {
  return document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? ""
}

// POST a small form and answer {ok, error}: the error is a sentence to be shown as it stands.
export async function post(url, fields) {
  try {
    const headers = { "X-CSRFToken": csrfToken() }
    const response = await fetch(url, { method: "POST", headers, body: new URLSearchParams(fields) })
    const answer = await response.json().catch(() => ({}))
    return { ok: response.ok, ...answer }
  } catch {
    return { ok: false, offline: true }
  }
}

// crypto.randomUUID exists only on secure origins; a page name needs no secrecy.
export function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
}

export class RoomLine {
  #socket = null
  #tries = 0
  #isUnanswered = false
  #timers = []
  #fetching = null
  #stopped = false

  constructor({ socket, events, beat, device, openedAs = "", told, beatMs, onEvent, onLine, onRefused }) {
    Object.assign(this, { socket, events, beat, device, openedAs, beatMs, onEvent, onLine, onRefused })
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

  #connect() {
    if (this.#stopped) return
    const scheme = location.protocol === "https:" ? "wss" : "ws"
    const socket = new WebSocket(`${scheme}://${location.host}${this.socket}?device=${this.device}&as=${this.openedAs}`)
    this.#socket = socket
    this.#isUnanswered = false
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
    if (message.type === "refused") {
      this.#stopped = message.code !== 4503
      if (this.#stopped) this.#timers.forEach(clearInterval)
      this.onRefused(message)
    } else if (message.type === "events") {
      this.#apply(message.events)
    } else if (message.type === "resync") {
      this.#fetch()
    } else {
      this.#tries = 0
      this.onLine(true)
      if (message.told > this.seen) this.#fetch()
    }
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

  async #beat() {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      // The last beat was not answered: the line is dead, whatever the socket believes. Not
      // measured in seconds: a hidden page beats only once a minute.
      if (this.#isUnanswered) return this.#lost()
      this.#isUnanswered = true
      return this.#socket.send(JSON.stringify({ type: "beat", seen: this.seen }))
    }
    const answer = await post(this.beat, { device: this.device, opened_as: this.openedAs })
    if (answer.told > this.seen) this.#fetch()
  }
}
