// IdleWatch: whether a recorder that gives nothing is to be replaced. Counted in beats of its page:
// a page that is only slow counts slowly, too.

const PATIENCE = 4
const AT_MOST = 32

export class IdleWatch {
  #idle = 0 // beats since it gave something
  #patience = PATIENCE

  gave() {
    this.#idle = 0
  }

  get isGiving() {
    return this.#idle < 2
  }

  // One more beat; true when it is enough. Twice as many for the next recorder, so that a busy
  // computer is left in peace.
  beat() {
    if (++this.#idle < this.#patience) return false
    this.#patience = Math.min(this.#patience * 2, AT_MOST)
    return true
  }

  isWell() {
    this.#patience = PATIENCE
  }
}
