# Codes in a second step, and in the account
code = Code
code-totp-title = Enter the code from your app
code-totp-lead = Open the authenticator app on your phone and enter the 6 digits that it shows.
code-recovery-title = Enter a recovery code
code-recovery-lead = Enter a code of your list that you have not used yet. Each works once.
code-sms-title = Code by text message
code-sms-ask = We will send a code of 6 digits to { $to }.
code-sms-sent = A code of 6 digits is on its way to { $to }. It works for 10 minutes, on this page alone.
code-send = Send the code
code-send-again = Send another code
code-others = Choose another way
fault-code-missing = Enter the code.
fault-code-wrong = The code is not right, or no longer works. Enter the newest one.
fault-codes-exhausted = Too many wrong codes of this app were tried. Use another way, then add the app again in your account.
fault-sent-codes-exhausted = Too many wrong codes were tried for this account. Codes that are sent count no more: use another way, or ask support.
fault-unreachable = We cannot send a code there. Choose another way.
fault-too-many-messages = { $minutes ->
    [one] Too many codes were sent. Wait 1 minute, then try again.
   *[other] Too many codes were sent. Wait { $minutes } minutes, then try again.
  }
fault-contact-malformed = This is neither a mail address nor a telephone number. Check it and try again.
fault-too-many-credentials = The account has as many ways to sign in as it may have. Remove one, then add this.
fault-contact-taken = Another account uses this address or number. Use another one.

## Authenticator app
totp-title = Add an authenticator app
totp-lead = An authenticator app on your phone makes a new code every 30 seconds, without a network too.
totp-scan = 1. Open the app and scan this picture.
totp-picture = QR code for the authenticator app
totp-here = On this phone? Open the application
totp-type = Cannot scan it? Type this key into the app:
totp-name = 2. Give it a name that you will recognise
totp-name-usual = My phone
totp-code = 3. Enter the code that the app shows
totp-finish = Add the app

## Recovery codes
recovery-codes-title = Recovery codes
recovery-codes-lead = Ten codes, each of which works once when you have lost your phone or key. Print them and keep them somewhere safe.
recovery-codes-none = You have no list yet.
recovery-codes-left = { $left ->
    [one] 1 code of your list is left.
   *[other] { $left } codes of your list are left.
  }
recovery-codes-replaces = A new list replaces the whole old one.
recovery-codes-make = Make a list and show it
recovery-codes-download = Make a list and download it
recovery-codes-once = These codes are shown once. Print this page or copy them now.
recovery-codes-done = I have put the codes away
recovery-codes-file = Recovery codes for { $service }. Each works once. Give them to nobody.

## Ways to reach you
contact-title = Ways to reach you
contact-lead = We tell you here when something in your account changes.
contact-email = Mail
contact-phone = Telephone
contact-verified = Confirmed
contact-unverified = Not confirmed
contact-none = None yet
contact-off = This service sends no mail or text messages yet, so nothing can be confirmed here.
contact-new-email = Your mail address
contact-new-phone = Your mobile number
contact-code-sent = A code of 6 digits is on its way to { $to }. It works for 10 minutes, while you stay signed in here.
contact-confirm = Confirm

## Before a change
confirm-title = Confirm it is you
confirm-lead = To protect your account, we send a code to where you have shown that we reach you.
confirm-send-to = Send a code to { $to }

## Activity
event-recovery-code-used = A recovery code was used; codes left: { $left }
event-contact-verified = A way to reach you was confirmed
event-message-undelivered = A notice or a code did not arrive
