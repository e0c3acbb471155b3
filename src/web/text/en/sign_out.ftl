# Signing out
sign-out = Sign out
sign-out-title = Sign out?
sign-out-from = { $portal } asks to sign you out.
sign-out-everywhere = { $portals ->
    [0] You will need to sign in again next time.
    [one] You signed in to 1 portal with this session. If you are still signed in there, sign out there too.
   *[other] You signed in to { $portals } portals with this session. If you are still signed in there, sign out there too.
  }
sign-out-stay = Stay signed in
signed-in-as = Signed in as
signed-out-title = You are signed out
signed-out-lead = Your session in this browser has ended.
signed-out-shared = If others use this computer, close all browser windows.
sign-in-again = Sign in to your account
signing-out-title = Signing you out
signing-out-lead = The portals that you used are being told.
