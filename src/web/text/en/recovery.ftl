# The way back in, and codes that are handed over in person
recover-link = I have lost what I sign in with
recover-title = Get back into your account
recover-lead = Choose a new password with a recovery code of your own, or with a code that an officer gave you.
recover-code = Recovery code, or the code from an officer
recover-code-hint = { $hours ->
    [one] With a recovery code of your own the new password opens the account after 1 hour, and you are told of it. With a code from an officer it does at once.
   *[other] With a recovery code of your own the new password opens the account after { $hours } hours, and you are told of it. With a code from an officer it does at once.
  }
recover-do = Set the new password
recover-else = Without a code
recover-else-held = Do you still have two other ways to sign in?
recover-else-sign-in = Sign in with them and remove what you have lost
recover-else-office = Otherwise visit an office of the authority with your identity card: they give you a code.
recovered-waiting = Your new password waits
    .meaning = { $hours ->
    [one] It opens your account in 1 hour. Until then the account stays as it is, and whoever owns it can stop this.
   *[other] It opens your account in { $hours } hours. Until then the account stays as it is, and whoever owns it can stop this.
  }
recovered-finished = Your new password is set
    .meaning = All devices are signed out, and what opened the account before is removed. Sign in with the new password.
recovery-stopped = The recovery is stopped
    .meaning = Your account stays as it is. If you did not begin it yourself, change your password and your recovery codes.
recovery-nothing = There is nothing to stop
    .meaning = This link was used, or the recovery is over. Look into your account to see what happened.
recovered-go-on = Go to my account
recovery-stop-title = Stop the recovery of your account?
recovery-stop-what = Somebody has begun to recover this account. It takes effect { $when }.
recovery-stop = It was not me: stop it
recovery-waits = Somebody has begun to recover this account. It takes effect { $when }. If that was not you, stop it.
fault-wrong-code = The identifier or the code is not right. Check both and try again.
fault-wrong-issued-code = The code is not right. It may be used, too old, or for something else. Ask the officer for a new one.
fault-nothing-chosen = Choose at least one.
method-counter-code = Code from an officer
    .inline = a code from an officer
counter-title = Enter the code from the officer
counter-code = Code
counter-hint = The letters on the slip of paper. The code works once.
raise-title = I have a code from an officer
raise-what = An officer who has seen you can give you a code. What you have just signed in with then counts as two steps.
raise-nothing = There is nothing to raise: sign in first with what you want to raise, such as your passkey, and come back within ten minutes.
raise-which = What you have signed in with
raise-do = Use the code
lost-title = I have lost one of these
lost-what = { $hours ->
    [one] Everything that you have not just signed in with is removed in 1 hour. Until then you can stop it here.
   *[other] Everything that you have not just signed in with is removed in { $hours } hours. Until then you can stop it here.
  }
lost-kept = Your password and what you have just signed in with stay. You are told of it on every verified channel.
lost-do = Remove what I have lost
lost-too-little = For this, sign in with two different ways that you still have, and come back within ten minutes.
second-step = Second step
second-step-always = Every sign-in asks for a second step. A password that somebody stole opens nothing.
second-step-where-asked = Only services that ask for it get a second step. Whoever knows your password can open the others.
second-step-on = Always ask for the second step
second-step-off = Do not always ask
notice-second-step-on = Every sign-in asks for a second step from now on. All other devices have been signed out.
notice-second-step-off = A second step is asked for only where a service wants it.
notice-credential-raised = Done. What you signed in with counts as two steps from now on.
notice-recovery-begun = It has begun. You can stop it here.
notice-recovery-stopped = The recovery has been stopped.
event-second-step = The second step was switched
event-recovery-begun = A recovery of the account was begun
event-recovery-finished = The account was recovered
event-recovery-stopped = A recovery of the account was stopped
event-code-issued = An officer was given a code for you
event-code-used = A code from an officer was used
