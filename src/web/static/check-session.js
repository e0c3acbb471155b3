// Tells a portal's page whether the person is still signed in as they were: OpenID Connect Session Management 1.0 §3.3.
// ECMAScript 5, and a hash that answers at once: a portal waits for the answer in the same turn. It knows no secret; the
// cookie that it reads says only that something has changed.
(function () {
  "use strict";

  // The square and cube roots' fractions of the first primes (FIPS 180-4 §4.2.2, §5.3.3).
  var K = [], INITIAL = [];
  (function () {
    function fraction(root) { return ((root - Math.floor(root)) * 4294967296) | 0; }
    for (var candidate = 2; K.length < 64; candidate++) {
      var prime = true;
      for (var divisor = 2; divisor * divisor <= candidate; divisor++) {
        if (candidate % divisor === 0) { prime = false; break; }
      }
      if (prime) {
        if (INITIAL.length < 8) { INITIAL.push(fraction(Math.pow(candidate, 1 / 2))); }
        K.push(fraction(Math.pow(candidate, 1 / 3)));
      }
    }
  }());

  function rotate(word, by) { return (word >>> by) | (word << (32 - by)); }

  // SHA-256 of a text in UTF-8, in hexadecimal (FIPS 180-4 §6.2).
  function sha256(text) {
    var bytes = unescape(encodeURIComponent(text)), words = [], i, j;
    for (i = 0; i < bytes.length; i++) { words[i >> 2] |= bytes.charCodeAt(i) << (24 - (i % 4) * 8); }
    words[bytes.length >> 2] |= 0x80 << (24 - (bytes.length % 4) * 8);
    var last = (((bytes.length + 8) >> 6) << 4) + 15;
    for (i = 0; i < last; i++) { words[i] |= 0; }
    words[last] = bytes.length * 8;
    var state = INITIAL.slice();
    for (i = 0; i < words.length; i += 16) {
      var w = [], s = state.slice();
      for (j = 0; j < 64; j++) {
        if (j < 16) {
          w[j] = words[i + j] | 0;
        } else {
          var s0 = rotate(w[j - 15], 7) ^ rotate(w[j - 15], 18) ^ (w[j - 15] >>> 3);
          var s1 = rotate(w[j - 2], 17) ^ rotate(w[j - 2], 19) ^ (w[j - 2] >>> 10);
          w[j] = (w[j - 16] + s0 + w[j - 7] + s1) | 0;
        }
        var e1 = rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25);
        var choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
        var t1 = (s[7] + e1 + choice + K[j] + w[j]) | 0;
        var e0 = rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22);
        var majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        s = [(t1 + e0 + majority) | 0, s[0], s[1], s[2], (s[3] + t1) | 0, s[4], s[5], s[6]];
      }
      for (j = 0; j < 8; j++) { state[j] = (state[j] + s[j]) | 0; }
    }
    var hex = "";
    for (i = 0; i < 8; i++) { hex += ("00000000" + (state[i] >>> 0).toString(16)).slice(-8); }
    return hex;
  }

  // Empty where nobody is signed in, and where the browser keeps the cookie from a frame: both are a change.
  function browserState() {
    var name = document.documentElement.getAttribute("data-cookie") + "=", pairs = document.cookie.split(/; */);
    for (var i = 0; i < pairs.length; i++) {
      if (pairs[i].indexOf(name) === 0) { return pairs[i].substring(name.length); }
    }
    return "";
  }

  function answer(message, origin) {
    var parts = typeof message === "string" ? message.split(" ") : [];
    var dot = parts.length === 2 ? parts[1].lastIndexOf(".") : -1;
    if (dot < 1 || parts[0] === "" || origin === "null") { return "error"; }
    var salt = parts[1].substring(dot + 1);
    var expected = sha256(parts[0] + " " + origin + " " + browserState() + " " + salt) + "." + salt;
    return expected === parts[1] ? "unchanged" : "changed";
  }

  window.addEventListener("message", function (event) {
    if (event.source && event.source !== window) {
      event.source.postMessage(answer(event.data, event.origin), event.origin === "null" ? "*" : event.origin);
    }
  }, false);
}());
