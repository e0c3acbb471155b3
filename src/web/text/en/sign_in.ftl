# The sign-in page and the password page
sign-in = Sign in
sign-in-purpose = to { $purpose }
sign-in-to = to use { $portal }
sign-in-to-account = to see and manage your account
sign-in-asked-again = This portal asks you to confirm who you are, although you signed in before.
sign-in-other-person = This portal asks for a different account from the one signed in on this browser.
identifier = Personal identification number
identifier-hint = The 12 digits on your identity card. A confirmed telephone number or e-mail address works too.
identifier-hint-of = { $number }. A confirmed telephone number or e-mail address works too.
identifier-hint-several = The number on your document, of the kind chosen above. A confirmed telephone number or e-mail address works too.
scheme = Kind of number
scheme-vn = Personal identification number (Viet Nam)
scheme-ee = Personal identification code (Estonia)
scheme-ru = СНИЛС – SNILS (Russia)
scheme-fr = NIR (France)
scheme-kr = Resident registration number (South Korea)
scheme-my = MyKad number (Malaysia)
scheme-ci = NNI (Côte d’Ivoire)
continue = Continue
other-methods = or choose another way
cancel = Cancel
cancel-to = Cancel and go back to { $portal }
password-title = Enter your password
password = Password
password-show = Show
signing-in-as = Signing in as
change = Change
change-identifier = the identifier
caps-lock = Caps Lock is on.

## Faults, next to the field
fault-identifier-missing = Enter your personal identification number, telephone number or e-mail address.
fault-identifier-malformed = This is not an identification number, a telephone number or an e-mail address. A personal identification number has exactly 12 digits.
fault-identifier-malformed-of = This is not a number of the kind “{ $number }”, a telephone number or an e-mail address. Check the number and its kind.
fault-method-not-offered = This way to sign in is not available here. Choose another one.
fault-password-missing = Enter your password.
fault-wrong = The identifier or the password is not right. Check both and try again.
next-try-seconds = { $seconds ->
    [one] The next try is possible in 1 second.
   *[other] The next try is possible in { $seconds } seconds.
  }
next-try-minutes = { $minutes ->
    [one] The next try is possible in 1 minute.
   *[other] The next try is possible in { $minutes } minutes.
  }
fault-too-soon = { $seconds ->
    [one] After several wrong tries in a row there is a short wait. Try again in 1 second.
   *[other] After several wrong tries in a row there is a short wait. Try again in { $seconds } seconds.
  }
wait-over = You can try again now.
fault-too-many-tries-today = { $hours ->
    [one] Too many unsuccessful tries. Sign in on a device that you have used before, or in another way; or wait 1 hour.
   *[other] Too many unsuccessful tries. Sign in on a device that you have used before, or in another way; or wait { $hours } hours.
  }
fault-too-many-tries = { $minutes ->
    [one] Too many unsuccessful tries. Wait 1 minute, then try again.
   *[other] Too many unsuccessful tries. Wait { $minutes } minutes, then try again.
  }
fault-busy = Many people are signing in at the moment. Try again in a few seconds; what you typed is kept.
fault-stale-page = The page you sent was an old one, so nothing was done. Try again.
form-post-title = Back to { $portal }
form-post-lead = If this page stays, press the button to go on.

## How to get an account (prompt=create)
create-title = Get an account
create-lead = { $authority } gives out these accounts.
create-lead-portal = To use { $portal } you need an account of { $authority }.
create-where = You apply for it on the authority’s own page. Come back here when you have it.
create-ask = You apply for it in person. Ask the authority where and with which papers:
create-office = You apply for it in person, at an office of the authority, with your identity card.
create-register = How to get an account
create-have-account = I have an account: sign in

# One more proof.
step-up-title = One more step
step-up-lead-portal = { $portal } asks for a stronger sign-in. Confirm it is you in one of these ways.
step-up-lead = To go on, confirm it is you in one of these ways.
step-up-methods = Ways to confirm
step-up-nothing-portal = { $portal } asks for a stronger sign-in than what you have set up allows.
step-up-nothing = This needs a stronger sign-in than what you have set up allows.
step-up-how = Add a passkey, a security key or a digital-signature certificate in your account, or visit the authority’s office, and try again.
step-up-leave = Go back

## Several people at one device
people-title = Who is signing in?
people-other = or somebody else
person-goes-on = Signed in. Nothing to type.
person-signed-in = Signed in. Confirm that it is you.
person-remembered = Sign in on this device
person-sign-out = Sign out
person-forget = Remove
somebody-else = Not you? Use another account
device-label = This device
device-mine = Mine
device-name = Mine or my family’s: show my name
device-shared = { $minutes ->
    [one] Public: keep nothing, 1 minute
   *[other] Public: keep nothing, { $minutes } minutes
  }
