# Shared by all pages
language-name = English
tagline = Digital identity
skip-to-content = Skip to the main content
languages = Languages
demonstration = Demonstration: the people and data here are made up. Do not enter real information.
operated-by = Operated by { $authority }
support = Need help?
support-site = Help pages
privacy = Privacy
terms = Terms of use
reference = Reference: { $reference }
title-problem = Error:
list = { $start } and { $last }
when-today = today at { $time }
when-yesterday = yesterday at { $time }
when-date = { $date } at { $time }
limit = { $minutes ->
    [one] This page is valid until { $time } (1 minute left).
   *[other] This page is valid until { $time } ({ $minutes } minutes left).
  }
limit-extend = Get more time
limit-soon = This page will expire soon. Choose “Get more time” to go on.
limit-over = This page has expired. Reload it, or start signing in again.
back-to = Back to { $portal }
try-again = Try again
portal-verified = Verified
portal-unverified = Not verified
level-number = Level { $level }
device-both = { $browser } on { $system }
device-unknown = Unknown device
gender-male = Male
gender-female = Female

## Ways to sign in
method-passkey = Passkey
    .inline = a passkey
method-security-key = Security key
    .inline = a security key
method-certificate = Digital-signature certificate
    .inline = a digital-signature certificate
method-password = Password
    .inline = a password

## What is shared
claim-sub = Your own code at this portal
    .inline = a code of your own at the portal
claim-name = Full name
    .inline = full name
claim-given-name = Given name
    .inline = given name
claim-family-name = Family name
    .inline = family name
claim-middle-name = Middle name
    .inline = middle name
claim-nickname = Nickname
    .inline = nickname
claim-birthdate = Date of birth
    .inline = date of birth
claim-gender = Gender
    .inline = gender
claim-national-id = Personal identification number
    .inline = personal identification number
claim-national-id-scheme = Kind of identification number
    .inline = kind of identification number
claim-phone = Telephone number
    .inline = telephone number
claim-email = E-mail address
    .inline = e-mail address
claim-address = Address
    .inline = address
claim-locale = Language
    .inline = language
claim-zoneinfo = Time zone
    .inline = time zone
claim-account-level = Account level
    .inline = account level
claim-authentication-level = Authentication level
    .inline = authentication level
