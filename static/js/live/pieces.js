// Pieces: what the line carries and what the class needs of it, told by the newest pieces of it. The
// player's own estimate remembers a good line for half a minute, which is too long.

// Two seconds of them.
const MOST = 8

export class Pieces {
  #kept = [] // of each: its bits, how long it lasts, how long it was on its way

  forget() {
    this.#kept = []
  }

  add({ loaded, loading }, lasts) {
    if (!loaded || !lasts) return
    // The server holds what is not ready yet: only from the first byte on is it on its way.
    const took = Math.max(loading.end - loading.first, 1) / 1000
    this.#kept = [...this.#kept.slice(1 - MOST), { bits: loaded * 8, lasts, took }]
  }

  // In bits a second; nothing while nothing is known.
  get line() {
    const [bits, lasts, took] = ["bits", "lasts", "took"].map((what) =>
      this.#kept.reduce((sum, piece) => sum + piece[what], 0),
    )
    return bits ? { carries: bits / took, needs: bits / lasts } : { carries: 0, needs: 0 }
  }
}
