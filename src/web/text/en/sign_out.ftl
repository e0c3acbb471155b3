# Signing out
sign-out = Sign out
sign-out-title = Sign out?
sign-out-from = { $portal } asks to sign you out.
sign-out-nowhere = You will need to sign in again next time.
sign-out-told = { $portals ->
    [one] 1 portal that you signed in to with this session will be told that you signed out.
   *[other] { $portals } portals that you signed in to with this session will be told that you signed out.
  }
sign-out-untold = { $portals ->
    [one] 1 portal cannot be told. If you are still signed in there, sign out there too.
   *[other] { $portals } portals cannot be told. If you are still signed in there, sign out there too.
  }
sign-out-stay = Stay signed in
signed-in-as = Signed in as
signed-out-title = You are signed out
signed-out-lead = Your session in this browser has ended.
signed-out-shared = If others use this computer, close all browser windows.
sign-in-again = Sign in to your account
signing-out-title = Signing you out
signing-out-lead = You are signed out here. The portals that you used are being told now, which takes a few seconds at most.
