// What the pages of a room send, and the names by which a repeated one is known.

export function csrfToken() {
  return document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? ""
}

// POST a small form and answer {ok, error}: the error is a sentence to be shown as it stands. A
// field may be a file. `keepalive` lets it arrive though the page goes away meanwhile.
export async function post(url, fields, { keepalive = false } = {}) {
  try {
    const headers = { "X-CSRFToken": csrfToken() }
    const body = bodyOf(fields)
    const response = await fetch(url, { method: "POST", headers, keepalive, body })
    const answer = await response.json().catch(() => ({}))
    return { ok: response.ok, status: response.status, ...answer }
  } catch {
    return { ok: false, offline: true }
  }
}

function bodyOf(fields) {
  if (fields instanceof FormData) return fields
  const hasFile = Object.values(fields).some((value) => value instanceof Blob)
  const body = hasFile ? new FormData() : new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  return body
}

// crypto.randomUUID exists only on secure origins; a page name needs no secrecy.
export function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
}
