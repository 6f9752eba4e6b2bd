// Two pages that find each other. Each sends one description with all its ways in it, so that one
// question and one answer are enough.

const GATHER_MS = 2000

export async function describe(connection) {
  await connection.setLocalDescription()
  await new Promise((done) => {
    const look = () => connection.iceGatheringState === "complete" && done()
    connection.addEventListener("icegatheringstatechange", look)
    // A STUN server that is away must not keep everybody waiting.
    setTimeout(done, GATHER_MS)
    look()
  })
  return connection.localDescription.sdp
}

// Ask `look` until it answers, or `isOver`.
export async function askUntil(look, isOver, everyMs = 700) {
  while (!isOver()) {
    const answer = await look()
    if (answer) return answer
    await new Promise((done) => setTimeout(done, everyMs))
  }
}

// Tells when the line is lost for good: failed, or away for longer than a hiccup.
export function onLost(connection, lost, patienceMs = 6000) {
  let timer
  connection.addEventListener("connectionstatechange", () => {
    clearTimeout(timer)
    if (connection.connectionState === "failed") lost()
    if (connection.connectionState === "disconnected") timer = setTimeout(lost, patienceMs)
  })
}

export async function get(url) {
  const response = await fetch(url).catch(() => null)
  return response?.ok ? response.json() : null
}
