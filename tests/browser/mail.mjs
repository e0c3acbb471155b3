// The mail server of the demonstration, where citizens read what they are sent (RFC 5321, as little as that takes).

import assert from "node:assert/strict";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const PATIENCE = 10_000;
const letters = [];
const readers = new Set();

const server = createServer(async (socket) => {
  const say = (line) => socket.write(`${line}\r\n`);
  let letter = { to: "", data: null };
  say("220 mail.test");
  for await (const line of createInterface({ input: socket, crlfDelay: Infinity })) {
    if (letter.data !== null && line === ".") {
      letters.push({ to: letter.to, text: textOf(letter.data.join("\r\n")) });
      letter = { to: "", data: null };
      say("250 taken");
      readers.forEach((read) => read());
    } else if (letter.data !== null) {
      letter.data.push(line.replace(/^\./, ""));
    } else if (/^DATA/i.test(line)) {
      letter.data = [];
      say("354 go on");
    } else if (/^RCPT TO/i.test(line)) {
      letter.to = line.match(/<(.*)>/)[1];
      say("250 ok");
    } else if (/^EHLO/i.test(line)) {
      say("250-mail.test");
      say("250 8BITMIME");
    } else if (/^QUIT/i.test(line)) {
      socket.end("221 bye\r\n");
    } else {
      say("250 ok");
    }
  }
});
await new Promise((listening) => server.listen(Number(process.env.MAIL_PORT), "127.0.0.1", listening));

export const closeMail = () => server.close();

// The plain text of a letter with several parts.
function textOf(data) {
  const part = data.split(/^--.*$/m).find((part) => /^content-type: text\/plain/im.test(part));
  const [, head, body] = part.match(/^\s*([^]*?)\r\n\r\n([^]*)$/);
  if (/base64/i.test(head)) return Buffer.from(body, "base64").toString("utf8");
  if (!/quoted-printable/i.test(head)) return body;
  const bytes = body.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

// What `pattern` finds in the first letter to `person` that it fits, once that has come; the letter is then read, and no other finds it.
export async function reads({ email }, pattern) {
  const until = performance.now() + PATIENCE;
  for (;;) {
    const at = letters.findIndex(({ to, text }) => to === email && pattern.test(text));
    if (at >= 0) return letters.splice(at, 1)[0].text.match(pattern);
    const left = until - performance.now();
    assert.ok(left > 0, `no letter to ${email} with ${pattern}, but: ${letters.map(({ to, text }) => `${to}: ${text}`).join("\n")}`);
    await new Promise((read) => {
      const timer = setTimeout(done, left);
      function done() {
        clearTimeout(timer);
        readers.delete(done);
        read();
      }
      readers.add(done);
    });
  }
}
