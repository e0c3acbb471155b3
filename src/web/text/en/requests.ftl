# Requests that portals send behind the back of the page: /account/requests
requests = Requests
requests-title = Incoming requests
requests-lead = A portal asks you here to confirm what you do elsewhere: on the telephone, at a counter or on another device.
requests-empty = Nothing to answer
requests-empty-next = When a portal asks you to confirm something, it appears here. Reload this page to look again.
requests-waiting = { $count ->
    [one] A portal is waiting for your answer
   *[other] { $count } requests are waiting for your answer
  }
requests-look = Read and answer
request-title = Confirm this request?
request-lead-only = { $portal } asks you to confirm that it is you.
request-lead = { $portal } asks you to confirm that it is you, and for the following information.
request-lead-purpose = { $portal } asks you to confirm that it is you, and for the following information to { $purpose }.
request-message = Compare this text
request-message-hint = Allow only if { $portal } shows or tells you exactly this text now.
request-no-message = The portal gave no text to compare. Allow only if you are sure that you began this yourself.
request-warning = Allow only what you have just begun yourself. If somebody on the telephone or in a message urges you to press “Allow”, press “Deny”.
request-times = Asked { $asked }. It can be answered until { $until }.
request-origin = The request came from the portal’s own systems, not from this device. We do not know where the person is who began it.
request-again = You signed in some time ago: when you press “Allow”, you sign in again first.
request-more = This request asks for a stronger sign-in: when you press “Allow”, you are asked for one more step first.
request-unmet = { $portal } asks for a stronger sign-in than you can give on another device. Deny this request, and sign in at the portal itself.
request-allowed = Allowed
    .meaning = You allowed this request. The portal can go on.
request-denied = Denied
    .meaning = You denied this request. The portal received nothing.
request-over = This request is over
    .meaning = It was not answered in time. The portal received nothing. If you still want it, begin again at the portal.
requests-back = All requests
notice-request-allowed = Allowed. You can go on at the portal.
notice-request-denied = Denied. The portal received nothing.
notice-request-over = This request was over before your answer. The portal received nothing because of it.
notice-request-unmet = Denied: the portal asks for a stronger sign-in than you can give on another device. It received nothing.
event-request-received = { $portal } asked you to confirm a request
event-request-allowed = Confirmed a request of { $portal }
event-request-denied = Denied a request of { $portal }
