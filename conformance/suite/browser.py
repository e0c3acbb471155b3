"""A browser without script that goes through the steps of browser.json, as the suite's own browser does."""

import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from fnmatch import fnmatchcase
from html.parser import HTMLParser
from http.cookiejar import CookieJar

LONGEST_CHAIN = 10


class StepError(AssertionError):
    """A step found another page than it was written for."""


class Browser:
    """Opens pages of `issuer`; an address elsewhere is where a sign-in leads to, and only looked at."""

    def __init__(self, issuer):
        self.issuer = issuer
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._open = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPCookieProcessor(CookieJar()),
            _Unfollowed(),
        ).open
        self.address = ""
        self.page = Page("")
        # What the suite would keep for a person to look at.
        self.pictures = []

    def follow(self, steps, address):
        """Goes to `address` and does what the first of `steps` for it says."""
        step = next((step for step in steps if _matches(step["match"], address)), None)
        if step is None:
            raise StepError(f"no step for {address}")
        self._go(address)
        for task in step["tasks"]:
            if _matches(task.get("match", "*"), self.address):
                for command in task.get("commands", []):
                    self._do(task["task"], command)
            elif not task.get("optional"):
                raise StepError(f"{task['task']!r} is not for {self.address}: {self.page.text}")

    def visit(self, path):
        """Opens a page of the issuer's own."""
        self._go(urllib.parse.urljoin(self.address, path))

    def press(self, id):
        """Presses a button of the page that is shown."""
        self._do("press", ["click", "id", id])

    @property
    def is_outside(self):
        return not self.address.startswith(self.issuer + "/")

    def _do(self, task, command):
        verb, by, target, *rest = command
        if verb == "wait":
            self._wait(task, by, target, rest)
            return
        if by != "id":
            raise StepError(f"{task!r}: {command}")
        found = self.page.by_id.get(target)
        if found is None:
            if "optional" in rest:
                return
            raise StepError(f"{task!r}: no #{target} at {self.address}: {self.page.text}")
        if verb == "text":
            found["value"] = rest[0]
        elif verb == "click":
            self._click(found)
        else:
            raise StepError(f"{task!r}: {verb} is no command")

    def _wait(self, task, by, target, rest):
        # Beyond SenID is the suite's own page, whose script this browser does not run.
        if self.is_outside:
            return
        if by == "contains":
            # The frames are shown; script would go on, and so does the link.
            self._go(urllib.parse.urljoin(self.address, self.page.links["continue"]))
            return
        expected, picture = rest[1], rest[2]
        if not re.fullmatch(expected, self.page.text):
            raise StepError(f"{task!r}: {expected} is not {self.page.text}")
        self.pictures.append((picture, self.page.text))

    def _click(self, button):
        form = button["form"]
        pairs = [(field["name"], field.get("value", "")) for field in form["fields"] if field.get("name")]
        if button.get("name"):
            pairs.append((button["name"], button.get("value", "")))
        self._go(urllib.parse.urljoin(self.address, form["action"]), urllib.parse.urlencode(pairs).encode())

    def _go(self, address, form=None):
        for _ in range(LONGEST_CHAIN):
            self.address = address
            if self.is_outside:
                self.page = Page("")
                return
            headers = {"Accept-Language": "en"} | ({"Origin": self.issuer} if form is not None else {})
            try:
                answer = self._open(urllib.request.Request(address, form, headers), timeout=30)
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                self.page = Page(answer.read().decode())
                if answer.status not in (301, 302, 303, 307, 308):
                    return
                address, form = urllib.parse.urljoin(address, answer.headers["Location"]), None
        raise StepError(f"more than {LONGEST_CHAIN} redirects, the last to {address}")


class Page(HTMLParser):
    """The forms of a page, what has an id in them, its links by id, and its words."""

    def __init__(self, html):
        super().__init__()
        self.by_id, self.links, self.addresses, self._words = {}, {}, [], []
        self._form, self._button, self._silent = None, None, 0
        self.feed(html)

    @property
    def text(self):
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag, attributes):
        element = dict(attributes)
        if tag in ("script", "style", "title"):
            self._silent += 1
        elif tag == "form":
            self._form = {"action": element.get("action", ""), "fields": []}
        elif tag == "a" and "href" in element:
            self.addresses.append(element["href"])
            self.links[element.get("id", "")] = element["href"]
        elif tag == "button":
            self._button = element
        if self._form is not None:
            element["form"] = self._form
            if tag == "input":
                self._form["fields"].append(element)
        # The id may be on the words inside a button.
        if "id" in element and (tag in ("input", "button") or self._button is not None):
            self.by_id[element["id"]] = element if tag in ("input", "button") else self._button

    def handle_endtag(self, tag):
        if tag in ("script", "style", "title"):
            self._silent -= 1
        elif tag == "form":
            self._form = None
        elif tag == "button":
            self._button = None

    def handle_data(self, data):
        if not self._silent:
            self._words.append(data)


class _Unfollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def _matches(pattern, address):
    # Only the asterisk means something; what else fnmatch knows does not occur in addresses of ours.
    return fnmatchcase(address, pattern.replace("[", "[[]").replace("?", "[?]"))
