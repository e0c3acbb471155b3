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
