// A port of this machine that nobody listens on.

import { randomInt } from "node:crypto";
import { createServer } from "node:net";

// Below those that the system gives to outgoing connections, so that none of them takes it meanwhile.
const [LEAST, MOST] = [10_000, 32_000];

export async function freePort() {
  for (;;) {
    const port = randomInt(LEAST, MOST);
    if (await isFree(port)) return port;
  }
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
