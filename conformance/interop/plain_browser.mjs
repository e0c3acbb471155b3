// A browser without script, as far as a sign-in needs one: cookies, redirects, and forms sent by one of their buttons.

import { request as send } from "node:https";
import { text as bodyOf } from "node:stream/consumers";
import { load } from "./packages.mjs";

const { parse } = load("node-html-parser");

const LONGEST_CHAIN = 10;

export class PlainBrowser {
  #cookies = new Map();
  #outside;

  // Addresses that begin with `outside` are not opened: they are where a sign-in leads to.
  constructor(outside) {
    this.#outside = outside;
  }

  async open(address) {
    return this.#send(new URL(address), { method: "GET" });
  }

  // Presses the button `id` of a page, with `fields` typed into its form.
  async press(page, id, fields = {}) {
    const button = page.find(id);
    const form = button.closest("form");
    const body = new URLSearchParams();
    for (const input of form.querySelectorAll("input[name]")) {
      const chosen = !["checkbox", "radio"].includes(input.getAttribute("type")) || input.hasAttribute("checked");
      if (chosen) body.append(input.getAttribute("name"), input.getAttribute("value") ?? "");
    }
    for (const [name, value] of Object.entries(fields)) {
      if (!body.has(name)) throw new Error(`the form has no field ${name}: ${page.text}`);
      body.set(name, value);
    }
    const pressed = button.closest("button");
    if (pressed.getAttribute("name")) body.set(pressed.getAttribute("name"), pressed.getAttribute("value") ?? "");
    return this.#send(new URL(form.getAttribute("action"), page.address), { method: "POST", body });
  }

  async #send(address, request) {
    for (let hops = 0; hops < LONGEST_CHAIN; hops++) {
      if (this.#outside.some((prefix) => address.href.startsWith(prefix))) return new Outside(address, request.body);
      const response = await this.#ask(address, request);
      this.#keep(response.headers["set-cookie"] ?? []);
      const html = await bodyOf(response);
      const { location } = response.headers;
      if (!location) return new Page(address, response.statusCode, html);
      address = new URL(location, address);
      request = { method: "GET" };
    }
    throw new Error(`more than ${LONGEST_CHAIN} redirects, the last to ${address}`);
  }

  // Not by fetch, which says of itself that it is no navigation, so that servers do not send it to sign in.
  #ask(address, { method, body }) {
    const headers = { accept: "text/html,*/*;q=0.8", "accept-language": "en" };
    if (this.#cookies.size > 0) headers.cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    if (method === "POST") headers.origin = address.origin;
    if (body) headers["content-type"] = "application/x-www-form-urlencoded";
    return new Promise((resolve, reject) => {
      send(address, { method, headers }, resolve).once("error", reject).end(body?.toString());
    });
  }

  #keep(lines) {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(/; */);
      const [name, value] = pair.split(/=(.*)/s);
      if (attributes.some((attribute) => /^max-age=0$|^expires=.* 1970 /i.test(attribute))) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}

class Page {
  constructor(address, status, html) {
    this.address = address;
    this.status = status;
    this.document = parse(html);
  }

  get text() {
    return this.document.querySelector("main")?.innerText.replace(/\s+/g, " ").trim() ?? this.document.innerText;
  }

  has(id) {
    return this.document.getElementById(id) !== null;
  }

  find(id) {
    const element = this.document.getElementById(id);
    if (!element) throw new Error(`no #${id} at ${this.address} (${this.status}): ${this.text}`);
    return element;
  }
}

// Where a sign-in led to, outside the provider, and the form that it brought there, if it brought one.
class Outside {
  constructor(address, form) {
    this.address = address;
    this.form = form;
  }

  get text() {
    return `left for ${this.address}`;
  }

  has() {
    return false;
  }
}
