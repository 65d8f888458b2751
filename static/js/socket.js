// The wire: Socket.IO's framing over one websocket, nothing more. Reconnects by itself, spread out in time.

const NAMESPACE = "/live";

export class Wire {
  // `room` names what the page shares with its neighbours, so that one server can have them all.
  constructor({ room, onOpen, onClose, onEvent }) {
    this.room = room;
    this.handlers = { onOpen, onClose, onEvent };
    this.acks = new Map();
    this.nextAck = 1;
    this.tries = 0;
    this.ready = false;
    this.stopped = false;
  }

  open() {
    if (this.stopped || this.ws) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const asked = `EIO=4&transport=websocket&room=${this.room()}`;
    this.ws = new WebSocket(`${scheme}://${location.host}/socket.io/?${asked}`);
    this.ws.onmessage = (message) => this.receive(String(message.data));
    this.ws.onclose = () => this.closed();
    this.ws.onerror = () => this.ws && this.ws.close();
  }

  // A link on which no answer came is no link: another is tried.
  again() {
    if (this.ws) this.ws.close();
  }

  stop() {
    this.stopped = true;
    if (this.ws) this.ws.close();
  }

  closed() {
    this.ws = null;
    clearTimeout(this.silence);
    for (const reject of [...this.acks.values()].map((waiting) => waiting.reject)) reject(new Error("closed"));
    this.acks.clear();
    const was = this.ready;
    this.ready = false;
    this.handlers.onClose(was);
    if (this.stopped) return;
    const most = Math.min(5000, 500 * 2 ** this.tries++);
    setTimeout(() => this.open(), 300 + Math.random() * most);
  }

  receive(text) {
    const kind = text[0];
    if (kind === "0") {
      const { pingInterval, pingTimeout } = JSON.parse(text.slice(1));
      this.patience = pingInterval + pingTimeout;
      this.ws.send(`40${NAMESPACE},`);
    } else if (kind === "2") {
      this.ws.send("3");
    } else if (kind === "4") {
      this.packet(text[1], text.slice(2));
    }
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.ws && this.ws.close(), this.patience || 25000);
  }

  packet(kind, rest) {
    const comma = rest.indexOf(",");
    if (rest.startsWith(NAMESPACE)) rest = comma < 0 ? "" : rest.slice(comma + 1);
    if (kind === "0") {
      this.ready = true;
      this.tries = 0;
      this.handlers.onOpen();
    } else if (kind === "1" || kind === "4") {
      this.ws.close();
    } else if (kind === "2") {
      const [name, body] = JSON.parse(rest.slice(rest.indexOf("[")));
      this.handlers.onEvent(name, body);
    } else if (kind === "3") {
      const at = rest.indexOf("[");
      const waiting = this.acks.get(Number(rest.slice(0, at)));
      this.acks.delete(Number(rest.slice(0, at)));
      if (waiting) waiting.resolve(JSON.parse(rest.slice(at))[0]);
    }
  }

  call(name, body, patience = 8000) {
    return new Promise((resolve, reject) => {
      if (!this.ready) return reject(new Error("offline"));
      const number = this.nextAck++;
      const timer = setTimeout(() => {
        this.acks.delete(number);
        reject(new Error("timeout"));
      }, patience);
      this.acks.set(number, {
        resolve: (answer) => { clearTimeout(timer); resolve(answer); },
        reject: (error) => { clearTimeout(timer); reject(error); },
      });
      this.ws.send(`42${NAMESPACE},${number}${JSON.stringify([name, body])}`);
    });
  }
}
