// Socket.IO: one room, websocket transport only. What is posted is emitted to everybody.
import { createServer } from "node:http"
import { Server } from "socket.io"
import { door } from "./door.mjs"

const server = createServer(door((text) => io.to("room").emit("events", JSON.parse(text))))
const io = new Server(server, { transports: ["websocket"], serveClient: false })
io.on("connection", (socket) => socket.join("room"))
server.listen(Number(process.argv[2]), "127.0.0.1")
