# The demonstration portal
portal-name = Public Service Portal
portal-tagline = People and public authorities, connected
portal-demonstration = This is a demonstration, not a real portal of any authority. The people and data are made up.
portal-footer = A demonstration of SenID. No application is accepted here.
portal-home = Home
portal-hero = Public services, from home
portal-hero-lead = Apply, follow and receive results online, with a single sign-in.
portal-sign-in = Sign in with { $provider }
portal-sign-in-hint = Your password is only ever entered at { $provider }; this portal never sees it.
portal-services = Popular services
portal-needs-level = { $level ->
    [0] Any account
   *[other] From account level { $level }
  }
portal-steps = Three simple steps
portal-step-1 = Sign in with { $provider }
portal-step-1-about = Use the personal identification number on your identity card.
portal-step-2 = Agree to share information
portal-step-2-about = You see what the portal receives and why, and you can refuse.
portal-step-3 = Apply
portal-step-3-about = Forms are filled in for you from verified information.
portal-service-track = Track an application
    .about = See which step it is at and which office handles it.
portal-service-fine = Pay a traffic fine
    .about = Find the decision and pay online.
portal-service-insurance = Renew health insurance
    .about = Renew for the household and receive electronic cards.
portal-service-passport = Renew a passport
    .about = Apply, choose a date and receive it at home.
portal-service-residence = Register a residence
    .about = Declare a new home for you and your family.
portal-service-business = Register a household business
    .about = Start, change or pause a business.
portal-my-page = My page
portal-hello = Hello,
portal-signed-in = You are signed in with { $provider }. The information below is verified.
portal-sign-out = Sign out
portal-open-count = { $count ->
    [one] 1 service is open to your account.
   *[other] { $count } services are open to your account.
  }
portal-service-open = Available
portal-service-closed = Needs account level { $level }
portal-service-stronger = Needs a sign-in with two factors
portal-sign-in-stronger = Confirm once more
portal-received-title = Information received
portal-received-lead = { $provider } has signed this information.
portal-account-level = Account level: { $level }
portal-manage = Manage or withdraw at { $provider }
portal-news-signed-out = You are signed out of this portal.
portal-news-cancelled = You cancelled the sign-in. Nothing was shared.
portal-sign-in-again = Sign in again
portal-to-home = To the home page
portal-error-not-found = Page not found
    .what = There is nothing at this address.
portal-error-unexpected = This sign-in is not recognised
    .what = The answer does not belong to any sign-in that was started in this browser. Sign in again from the beginning.
portal-error-refused = The sign-in did not succeed
    .what = The identity service refused the portal’s request. Try again.
portal-error-unverifiable = The sign-in could not be verified
    .what = The portal could not reach the identity service, or its answer did not hold. Try again in a few minutes.
