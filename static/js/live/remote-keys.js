// The arrows of a remote control walk from button to button; OK presses, as everywhere.

const PRESSED = "a[href], button:not([disabled]), summary, audio"
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }

const WRITING = "input, textarea, select"

// Whoever writes keeps the place: what is typed next must not press a button.
export function isWriting() {
  return document.activeElement?.matches(WRITING) ?? false
}

export function walkByArrows(place) {
  place.addEventListener("keydown", (event) => {
    const step = STEPS[event.key]
    if (!step || event.target.matches(WRITING)) return
    event.preventDefault()
    walk(place, step)
  })
  // A remote control has no pointer: what comes first is ready to be pressed.
  walk(place, 1)
}

function walk(place, step) {
  const stops = [...place.querySelectorAll(PRESSED)].filter((one) => one.checkVisibility?.() ?? one.offsetParent)
  if (!stops.length) return
  const at = stops.indexOf(document.activeElement)
  stops[at < 0 ? 0 : (at + step + stops.length) % stops.length].focus()
}
