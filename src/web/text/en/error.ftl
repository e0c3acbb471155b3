# The error page: what happened, what to do now
developer-detail = Details for the portal’s developers
error-not-found = Page not found
    .what = There is nothing at this address, or no longer.
    .todo = Check the address, or go back to the portal you were using.
error-over = This sign-in is over
    .what = It was completed before (perhaps you pressed the back button), or it took longer than a sign-in may take.
    .todo = Go back to the portal; if you are not signed in there, sign in again.
error-other-browser = This sign-in belongs to another browser
    .what = It was started in another browser or on another device, so it cannot go on here.
    .todo = Go on in the first browser, or sign in again from the portal. If somebody sent you this link, do not follow it.
error-stale-form = This form can no longer be used
    .what = The form did not come from the page that is open now, so nothing was changed.
    .todo = Open the page again and repeat what you did.
error-cookies = Your browser blocks cookies
    .what = Without cookies we cannot tell that the steps of a sign-in belong to the same person.
    .todo = Allow cookies for this site in the settings of your browser, then try again.
error-too-many-tries = Too many tries
    .what = There were too many requests in a short time. This protects accounts from password guessing.
    .todo = { $minutes ->
        [one] Wait 1 minute, then try again.
       *[other] Wait { $minutes } minutes, then try again.
      }
error-busy = The service is busy
    .what = Very many people are using it at the moment.
    .todo = Try again in a few minutes. Nothing was lost.
error-unavailable = The service is interrupted
    .what = A part of the system is away for the moment. We have been told and are working on it.
    .todo = Try again in a few minutes. Nothing was lost.
error-unknown-portal = This portal is not registered
    .what = The site that sent you here is not registered, or its connection was ended.
    .todo = Do not give that site any personal information. Open the portal from its official address, or tell support.
error-return-address = The return address is not valid
    .what = The portal asked us to send you to an address that is not registered. We stopped, so that your information cannot reach the wrong place.
    .todo = Open the portal again from its official address. If this happens again, tell the portal and give the reference.
error-bad-request = The portal’s request has a fault
    .what = The portal sent a sign-in request that is not valid. This is not your mistake.
    .todo = Go back to the portal and try again. If this happens again, tell the portal and give the reference.
error-account-locked = This account is locked
    .what = It is not possible to sign in with this account at present.
    .todo = Contact support and give the reference to learn how to unlock it.
error-internal = Something went wrong
    .what = The system met an unexpected fault, which has been recorded.
    .todo = Try again. If this happens again, tell support and give the reference.
