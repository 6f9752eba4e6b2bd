// The bare `ws` library: a loop over all sockets. What is posted is sent to everybody.
import { createServer } from "node:http"
import { WebSocketServer } from "ws"
import { door } from "./door.mjs"

const server = createServer(door((text) => sockets.clients.forEach((client) => client.send(text))))
const sockets = new WebSocketServer({ server })
sockets.on("connection", (socket) => socket.send('{"type":"hello"}'))
server.listen(Number(process.argv[2]), "127.0.0.1")
