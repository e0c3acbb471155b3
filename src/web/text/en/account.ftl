# The account pages
account = Account
account-lead = See your account level, the devices that are signed in, and what was shared with each portal.
overview = Overview
sessions = Devices
portals = Portals
activity = Activity
hello = Hello, { $name }
last-sign-in = Last sign-in: { $when }, with { $method }.
account-level = Account level
level-0 = Level 0 · self-declared
    .meaning = What you told us, not yet compared with a register.
    .next = To reach level 1, confirm a code sent to the telephone number that the population register holds.
level-1 = Level 1 · matched
    .meaning = Your information matches the national population database.
    .next = To reach level 2, take your identity card to the nearest police office and have it checked in person.
level-2 = Level 2 · verified in person
    .meaning = Your identity was verified in person or with a qualified certificate.
    .next = This is the highest level: every service is open to you.
sign-in-methods = Ways to sign in
last-used = Last used { $when }
never-used = Never used
recent-activity = Recent activity
activity-all = See all activity
notice-session-ended = That device has been signed out.
notice-other-sessions-ended = All other devices have been signed out.
notice-consent-narrowed = Saved. From now on the portal receives what you have chosen.
notice-consent-withdrawn = Withdrawn. The portal no longer receives your information.

## Devices and sessions
sessions-title = Devices and sessions
sessions-lead = Your account is signed in at these places. If you do not recognise one, sign it out.
session-here = This device
session-times = Signed in { $signed-in } · last active { $seen }
session-address = Network address: { $address }
session-portals = In use: { $portals }
session-end = Sign out
session-end-others = Sign out all other devices
session-end-others-hint = This device stays signed in.
sessions-only-here = You are signed in on this device only.

## Connected portals
portals-title = Connected portals
portals-lead = These portals received information from your account, with your permission.
portals-empty = No portals yet
portals-empty-next = When you sign in to a portal and allow it to receive information, it appears here.
portal-service = May do at { $service }
portal-received = Received
portal-first = First time
portal-last = Last time
portal-open = Open
withdraw = Withdraw
withdraw-title = Withdraw your permission?
withdraw-what = { $portal } will no longer receive your information. Next time you sign in, it will have to ask again.
withdraw-kept = What it received before is kept by the portal as the law provides; to have it erased, contact the portal.
withdraw-received = Received: { $claims }.
withdraw-keep = Keep it

## Activity
activity-title = Activity
activity-lead = Every sign-in, and every time your information was sent.
activity-empty = No activity yet
activity-empty-next = Sign-ins and the sharing of information will be recorded here.
pages = Pages
older = Older
newest = Newest
event-signed-in = Signed in with { $method }
event-signed-in-at = Signed in to { $portal } with { $method }
event-sign-in-failed = { $times ->
    [one] Unsuccessful sign-in
   *[other] { $times } unsuccessful sign-ins
  }
event-consent-given = Allowed { $portal } to receive: { $claims }
event-consent-denied = Did not allow { $portal } to receive information
event-consent-narrowed = No longer lets { $portal } receive: { $claims }
event-consent-withdrawn = Withdrew the permission of { $portal }
event-data-released = { $portal } received: { $claims }
event-device-allowed = Signed in to { $portal } on another device
event-device-denied = Did not let another device sign in to { $portal }
unusual-new-device = You had not used this device before.
unusual-travel = Another of your devices was used in another place just before.
unusual-many-accounts = Many people’s identifiers were tried from this network.
unusual-more-asked = A second proof was asked for.
event-signed-out = Signed out
event-session-ended = A session was ended
event-password-changed = Password changed
event-account-locked = Account locked
event-account-unlocked = Account unlocked
event-access-ended = The access of { $portal } was ended because there were signs that it had been copied
portal-allowed = What you allowed one request at a time

## Devices that know the citizen
known-title = Devices that know you
known-lead = You signed in there before. Wrong passwords that others type elsewhere do not lock you out on them.
known-used = Last used { $when }.
known-named = Its sign-in page shows your name.
known-forget = Forget
notice-device-forgotten = The device does not know you any more. The next sign-in there counts as one from a new device.
event-device-forgotten = A device was forgotten
shared-title = What the portal may receive
shared-lead = { $portal } may receive what is ticked.
shared-hint = What you take away is no longer given from now on. What the portal has received already stays with it.
shared-save = Save
shared-choose = Choose what is shared
