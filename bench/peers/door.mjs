// The door by which a benchmark gives a server on Node something to tell: a POST.

export function door(tell) {
  return (request, response) => {
    const pieces = []
    request.on("data", (piece) => pieces.push(piece))
    request.on("end", () => {
      const text = Buffer.concat(pieces).toString()
      if (text) tell(text)
      response.writeHead(204).end()
    })
  }
}
