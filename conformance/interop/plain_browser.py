"""A browser without script, as far as a sign-in needs one: cookies, redirects, and forms sent by one of their buttons."""

from urllib.parse import urljoin, urlsplit

import requests
from bs4 import BeautifulSoup

LONGEST_CHAIN = 10


class PlainBrowser:
    """Opens pages, but no address that begins with `outside`: that is where a sign-in leads to."""

    def __init__(self, outside):
        self.outside = outside
        self.session = requests.Session()
        self.session.headers.update({"Accept": "text/html,*/*;q=0.8", "Accept-Language": "vi"})

    def open(self, address):
        return self._follow("GET", address)

    def press(self, page, id, **fields):
        """Presses the button `id` of `page`, with `fields` typed into its form."""
        button = page.find(id).find_parent("button") or page.find(id)
        form = button.find_parent("form")
        sent = [(field["name"], field.get("value", "")) for field in form.select("input[name]") if _is_sent(field)]
        unknown = fields.keys() - {name for name, _ in sent}
        assert not unknown, f"the form has no field {unknown}: {page.text}"
        sent = [(name, fields.get(name, value)) for name, value in sent]
        if button.get("name"):
            sent.append((button["name"], button.get("value", "")))
        return self._follow("POST", urljoin(page.address, form["action"]), sent)

    def _follow(self, method, address, form=None):
        for _ in range(LONGEST_CHAIN):
            headers = {"Origin": "{0.scheme}://{0.netloc}".format(urlsplit(address))} if method == "POST" else {}
            answer = self.session.request(method, address, data=form, headers=headers, allow_redirects=False)
            if not answer.is_redirect:
                return Page(address, answer)
            address = urljoin(address, answer.headers["Location"])
            if address.startswith(self.outside):
                return Outside(address)
            method, form = "GET", None
        raise AssertionError(f"more than {LONGEST_CHAIN} redirects, the last to {address}")


def _is_sent(field):
    return field.get("type") not in ("checkbox", "radio") or field.has_attr("checked")


class Page:
    def __init__(self, address, answer):
        self.address = address
        self.status = answer.status_code
        self.document = BeautifulSoup(answer.content, "html.parser")

    @property
    def text(self):
        return " ".join((self.document.main or self.document).get_text(" ").split())

    def has(self, id):
        return self.document.find(id=id) is not None

    def find(self, id):
        found = self.document.find(id=id)
        assert found is not None, f"no #{id} at {self.address} ({self.status}): {self.text}"
        return found


class Outside:
    """Where a sign-in led to, outside the provider."""

    def __init__(self, address):
        self.address = address
        self.text = f"left for {address}"

    def has(self, id):
        return False
