# Chercher dans l’activité, mes données
filter = Filtrer
filter-kind = Type
filter-everything = Tout
topic-sign-ins = Connexions
topic-releases = Informations partagées
topic-security = Sécurité et compte
filter-portal = Portail
filter-any-portal = Tous les portails
filter-from = Du
filter-to = Au
filter-look = Afficher
filter-clear = Tout afficher
filter-days-wrong = Ces dates ne conviennent pas : indiquez jour, mois et année, la première date n’étant pas après la dernière.
filter-nothing = Rien ne correspond
filter-nothing-next = Choisissez une période plus longue, ou affichez tout.
times-zone = Les heures sont données en { $zone }.
not-me-keys = Vos clés d’accès, vos cartes et vos autres moyens forts sont conservés pour la réouverture du compte.
