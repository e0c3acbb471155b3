// Goes on once every portal's frame has loaded, and does not wait long for one that does not. ECMAScript 5.
(function () {
  "use strict";
  var gone = false;
  function goOn() {
    if (!gone) {
      gone = true;
      window.location.replace(document.getElementById("continue").href);
    }
  }
  window.addEventListener("load", goOn, false);
  window.setTimeout(goOn, 5000);
}());
