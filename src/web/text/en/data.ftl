# Looking through the activity, my data
filter = Filter
filter-kind = Kind
filter-everything = Everything
topic-sign-ins = Sign-ins
topic-releases = Information that was shared
topic-security = Security and account
filter-portal = Portal
filter-any-portal = Any portal
filter-from = From
filter-to = To
filter-look = Show
filter-clear = Show everything
filter-days-wrong = These days are not right: give a day, a month and a year, and a first day that is not after the last.
filter-nothing = Nothing was found
filter-nothing-next = Choose more days, or show everything.
times-zone = Times are given in { $zone }.
not-me-keys = Your passkeys, cards and other strong ways to sign in are kept for when the account is opened again.
