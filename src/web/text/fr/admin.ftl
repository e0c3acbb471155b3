admin-title = Administration
admin-proven = Vous avez prouvé votre identité { $when }.
admin-broken-glass = Le compte de secours est ouvert jusqu’à { $when }. Tout ce qui est fait avec lui est enregistré, et tous les administrateurs ont été prévenus.
admin-waiting = { $count ->
    [one] Une demande attend une deuxième personne.
   *[other] { $count } demandes attendent une deuxième personne.
  }
admin-closed-title = Cette page est réservée aux agents
admin-nobody = Votre compte n’a aucun rôle dans l’administration. S’il le devrait, adressez-vous à un administrateur.
admin-denied = Votre rôle ne le permet pas. Votre tentative a été enregistrée.
admin-unable-title = Il faut un moyen de connexion plus fort
admin-unable = L’administration s’ouvre avec une clé d’accès, une clé de sécurité ou un certificat qui compte pour deux facteurs. Ajoutez-en un dans votre compte, puis revenez.
admin-link-gone-title = Ce lien n’est plus valable
admin-link-gone = Il a été utilisé, a expiré, ou il y a déjà un administrateur. Celui qui exploite le serveur peut en créer un autre.
bootstrap-title = Le premier administrateur
bootstrap-what = { $name }, vous devenez ainsi le premier administrateur de ce service. Vous décidez ensuite qui d’autre a un rôle.
bootstrap-become = Devenir administrateur
bootstrap-done = { $name }, vous êtes le premier administrateur.
role-administrator = Administrateur : enregistre les applications et dit qui a quel rôle
role-registrar = Officier d’état : s’occupe des citoyens et des organisations
role-client-owner = Propriétaire d’application : s’occupe de ses propres applications
role-support = Assistance : aide les citoyens, dont les données sont masquées
role-auditor = Auditeur : voit ce qui a été fait et ne change rien
role-operator = Exploitant : assure le fonctionnement du service
break-glass-title = Compte de secours
break-glass-what = Pour le jour où aucun administrateur n’est joignable. Deux personnes apportent chacune une enveloppe, dans le même quart d’heure, et sont ensemble administrateurs pendant une heure. Tous les administrateurs sont prévenus.
break-glass-secret = Ce qui est écrit dans votre enveloppe
break-glass-open = Ouvrir
break-glass-refused = Rien ne s’ouvre avec cela. La tentative a été enregistrée.
break-glass-waiting = Votre enveloppe est ouverte. Quelqu’un d’autre doit apporter l’autre avant { $when }.
break-glass-is-open = Le compte de secours est ouvert jusqu’à { $when }. Les deux enveloppes doivent être scellées de nouveau.
seal-title = Sceller une enveloppe
seal-what = Ce qui vous sera montré va dans une enveloppe du compte de secours, et remplace ce qui s’y trouvait. Quelqu’un d’autre scelle l’autre, pour que personne ne connaisse les deux.
seal-first = Sceller la première enveloppe
seal-second = Sceller la seconde enveloppe
seal-same-person = Vous avez scellé l’autre enveloppe. Quelqu’un d’autre doit sceller celle-ci.
seal-sealed = Recopiez ceci, mettez-le dans l’enveloppe et scellez-la. Il ne sera plus montré.
