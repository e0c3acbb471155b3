## Les comptes que quelqu’un avait auparavant sur des portails.

linked-title = Comptes que vous aviez déjà
linked-lead = Les comptes ouverts sur des portails avant de vous connecter ici. Chaque portail ne voit que votre compte chez lui.
linked-empty = Aucun compte relié
linked-empty-next = Si un portail vous a envoyé un code pour votre ancien compte, saisissez-le ici.
linked-new = Relier un compte
linked-since = Relié le { $when }
linked-back-to-portals = Retour aux portails connectés
linked-new-title = Relier un compte que vous aviez sur un portail
linked-new-what = Saisissez le code que le portail vous a donné. Il ne sert qu’une fois.
linked-code = Code du portail
linked-offered = Ce code vaut pour un compte sur ce portail :
linked-meaning = Ne le reliez que s’il est à vous. Le portail saura alors que ce compte est le vôtre. Vous pourrez y mettre fin à tout moment.
linked-confirm = Oui, il est à moi
linked-cancel = Pas à moi
linked-back = Retour à vos comptes
linked-end = Mettre fin au lien
linked-end-title = Mettre fin au lien ?
linked-end-what = { $portal } ne saura plus que le compte { $account } est le vôtre.
linked-end-kept = Ce que le portail sait déjà reste chez lui. Pour relier à nouveau le compte, demandez un nouveau code au portail.
linked-open = Comptes que vous aviez déjà
notice-account-linked = Le compte est relié.
notice-account-unlinked = Le lien est terminé.
fault-wrong-link-code = Le code est faux, a expiré ou a déjà servi. Demandez-en un nouveau au portail.
event-account-linked = Compte relié : { $portal }
event-account-unlinked = Fin du lien avec un compte : { $portal }
