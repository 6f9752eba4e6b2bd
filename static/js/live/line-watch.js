// LineWatch: does the class arrive? Looks at the player once a second and says so in one word:
// "standing" (what should move stands still), "weak" (it will), or "" (it arrives).

const LOOK_MS = 1000
const MOVES_S = 0.2
// Between two looks the clock of the picture runs as long as ours; more is a jump over what did
// not come.
const FASTER = 1.2
const JUMP_S = 0.5
// The first picture takes its time, and so does the first after a change.
const SETTLE_S = 9
const STANDS_AFTER_S = 6
// A line that carries twice what the class needs is not to blame, unless it stays like this: then
// the teacher's side or this device is slow, and less may help the latter.
const PLENTY = 2
const WHATEVER_IT_IS_S = 15
// So many seconds of the last thirty without movement, in two goes or more: it will not do.
const LOOK_BACK = 30
const MOST_STILL_S = 8
const WEAK_STOPS = 2
// The line carries less than a tenth more than the class needs, for so many looks.
const MARGIN = 1.1
const THIN_LOOKS = 6

export class LineWatch {
  #still = [] // of the last seconds, whether nothing moved
  #age = 0
  #thin = 0

  constructor(player, { isOn, onLook }) {
    Object.assign(this, { player, isOn, onLook })
    this.timer = setInterval(() => this.#look(), LOOK_MS)
  }

  stop() {
    clearInterval(this.timer)
  }

  // Something changed: what was seen before says nothing of it.
  forget() {
    this.#still = []
    this.#age = 0
    this.#thin = 0
  }

  get stillFor() {
    const moved = this.#still.lastIndexOf(false)
    return this.#still.length - 1 - moved
  }

  #look() {
    const { video } = this.player
    const [place, now] = [video.currentTime, performance.now()]
    const step = place - (this.place ?? place)
    const moved = step > MOVES_S && step < ((now - this.now) / 1000) * FASTER + JUMP_S
    Object.assign(this, { place, now })
    // A hidden page is given no time, and a class without a stream has nothing to bring.
    if (document.hidden || !this.isOn()) return this.forget()
    this.#age++
    this.#still = [...this.#still, !moved].slice(-LOOK_BACK)
    const { carries, needs } = this.player.line
    this.#thin = needs && carries && carries < needs * MARGIN ? this.#thin + 1 : 0
    this.onLook(this.#judge())
  }

  #judge() {
    if (this.#age < SETTLE_S) return ""
    const still = this.#still.filter(Boolean).length
    const stops = this.#still.filter((isStill, i) => isStill && !this.#still[i - 1]).length
    const stands = this.stillFor >= STANDS_AFTER_S || (still >= MOST_STILL_S && stops > 1)
    const { carries, needs } = this.player.line
    if (needs && carries > needs * PLENTY && this.stillFor < WHATEVER_IT_IS_S) return ""
    if (stands) return "standing"
    return stops >= WEAK_STOPS || this.#thin >= THIN_LOOKS ? "weak" : ""
  }
}

// Whether the line carries `times` what the picture needs: a slice of its newest whole segment,
// timed. Given up as soon as it takes too long: the sound needs the line.
const SLICE = 96 * 1024

export async function hasRoomForPicture(playlist, times) {
  try {
    const text = await (await fetch(playlist, { cache: "no-store" })).text()
    const newest = [...text.matchAll(/#EXTINF:([\d.]+),\n(\S+)/g)].at(-1)
    if (!newest) return false
    const headers = { Range: `bytes=0-${SLICE - 1}` }
    const answer = await fetch(new URL(newest[2], new URL(playlist, location)), { cache: "no-store", headers })
    const began = performance.now()
    const whole = Number(answer.headers.get("Content-Range")?.split("/")[1])
    if (!answer.ok || !whole) return false
    const mayTakeMs = (1000 * newest[1] * Math.min(SLICE, whole)) / (whole * times)
    return await comesWithin(answer.body.getReader(), mayTakeMs - (performance.now() - began))
  } catch {
    return false
  }
}

async function comesWithin(reader, ms) {
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    reader.cancel()
  }, ms)
  for (let isDone = false; !isDone; ) isDone = (await reader.read()).done
  clearTimeout(timer)
  return !isLate
}
