admin-title = Administration
admin-proven = You proved who you are { $when }.
admin-broken-glass = The break-glass account is open until { $when }. Everything that is done with it is recorded, and all administrators were told.
admin-waiting = { $count ->
    [one] One request waits for a second person.
   *[other] { $count } requests wait for a second person.
  }
admin-closed-title = This is for staff
admin-nobody = Your account holds no role in the administration. If it should, ask an administrator.
admin-denied = Your role does not allow this. That you tried was recorded.
admin-unable-title = A stronger way to sign in is needed
admin-unable = The administration is opened with a passkey, a security key or a certificate that counts for two factors. Add one in your account, then come back.
admin-link-gone-title = This link is used up
admin-link-gone = It was used, has expired, or there is an administrator already. Whoever runs the server can make another one.
bootstrap-title = The first administrator
bootstrap-what = { $name }, with this you become the first administrator of this service. You decide from then on who else holds a role.
bootstrap-become = Become administrator
bootstrap-done = { $name }, you are the first administrator.
role-administrator = Administrator: registers applications and says who holds which role
role-registrar = Registrar: looks after citizens and organisations
role-client-owner = Application owner: looks after their own applications
role-support = Support: helps citizens, whom they see masked
role-auditor = Auditor: sees what was done, and changes nothing
role-operator = Operator: keeps the service running
break-glass-title = Break-glass account
break-glass-what = For the day on which no administrator can be reached. Two people bring an envelope each, within a quarter of an hour, and are administrators together for an hour. All administrators are told.
break-glass-secret = What is written in your envelope
break-glass-open = Open
break-glass-refused = Nothing opens with this. That it was tried was recorded.
break-glass-waiting = Your envelope is open. Somebody else has to bring the other one by { $when }.
break-glass-is-open = The break-glass account is open until { $when }. Both envelopes have to be sealed anew.
seal-title = Seal an envelope
seal-what = What you are shown then stands in one envelope of the break-glass account, and takes the place of what stood there. Somebody else seals the other one, so that nobody knows both.
seal-first = Seal the first envelope
seal-second = Seal the second envelope
seal-same-person = You sealed the other envelope: somebody else has to seal this one.
seal-sealed = Write this down, put it into the envelope and seal it. It is not shown again.
