// KeptBeats: the beats of a page that the school has not heard yet, each with its moment by the
// school's clock: what the school said last, and what this page's watch has run since.

const KEPT_FOR_MS = 10 * 60 * 1000
// A watch that stands still while the device sleeps must not tell of beats in its sleep.
const SLEPT_MS = 5000

export class KeptBeats {
  #school = null // {at, watch}: the school's time when the watch said so
  #last = null
  #kept = []

  // The school answered.
  hear(at) {
    if (at) this.#school = { at, watch: performance.now() }
  }

  // A beat is due now.
  add() {
    if (this.#hasSlept()) {
      this.#kept = []
      this.#school = null
    }
    if (!this.#school) return
    const now = this.#now()
    this.#kept = [...this.#kept.filter((moment) => now - moment < KEPT_FOR_MS), now]
  }

  // What to send along, and after the answer to it `forget` what was sent.
  get sent() {
    const at = this.#school && this.#now()
    // What is due this very second is told by the message itself.
    const missed = this.#kept.filter((moment) => moment < at - 1000)
    return missed.length ? { missed, at } : {}
  }

  get latest() {
    return this.#kept.at(-1) ?? 0
  }

  forget(until) {
    this.#kept = this.#kept.filter((moment) => moment > until)
  }

  #now() {
    return Math.round(this.#school.at + performance.now() - this.#school.watch)
  }

  #hasSlept() {
    const [wall, watch] = [Date.now(), performance.now()]
    const before = this.#last
    this.#last = { wall, watch }
    return before && Math.abs(wall - before.wall - (watch - before.watch)) > SLEPT_MS
  }
}
