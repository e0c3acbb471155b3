# The consent page
consent-title = Share this information?
consent-lead = { $portal } needs the following information.
consent-lead-purpose = { $portal } needs the following information to { $purpose }.
consent-service = At { $service } it may:
consent-later = Also, once they are known: { $claims }.
consent-offline = The portal may refresh this information while you are not using it.
consent-once = This permission is for this time only.
consent-until = This permission lasts until { $date }.
consent-until-withdrawn = This permission lasts until you withdraw it.
consent-withdraw = You can withdraw it at any time under
consent-withdraw-where = Account → Connected portals
allow = Allow
deny = Deny
