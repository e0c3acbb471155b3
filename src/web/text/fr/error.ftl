# Page d’erreur : ce qui s’est passé, que faire maintenant
developer-detail = Détails pour les développeurs du portail
error-not-found = Page introuvable
    .what = Il n’y a rien à cette adresse, ou il n’y a plus rien.
    .todo = Vérifiez l’adresse ou revenez au portail que vous utilisiez.
error-over = Cette connexion est terminée
    .what = Elle a déjà été accomplie (vous êtes peut-être revenu en arrière), ou sa durée de validité est dépassée.
    .todo = Revenez au portail ; si vous n’y êtes pas connecté, connectez-vous de nouveau.
error-other-browser = Cette connexion appartient à un autre navigateur
    .what = Elle a été commencée dans un autre navigateur ou sur un autre appareil et ne peut pas continuer ici.
    .todo = Continuez dans le premier navigateur ou reconnectez-vous depuis le portail. Si quelqu’un vous a envoyé ce lien, ne le suivez pas.
error-stale-form = Ce formulaire n’est plus utilisable
    .what = Le formulaire ne provient pas de la page ouverte ; rien n’a été modifié.
    .todo = Ouvrez de nouveau la page et recommencez.
error-cookies = Votre navigateur bloque les cookies
    .what = Sans cookies, nous ne pouvons pas savoir que les étapes d’une connexion viennent de la même personne.
    .todo = Autorisez les cookies de ce site dans les réglages du navigateur, puis réessayez.
error-too-many-tries = Trop de tentatives
    .what = Il y a eu trop de demandes en peu de temps. Cela protège les comptes contre la recherche de mots de passe.
    .todo = { $minutes ->
        [one] Attendez { $minutes } minute avant de réessayer.
       *[other] Attendez { $minutes } minutes avant de réessayer.
      }
error-busy = Le service est très sollicité
    .what = De très nombreuses personnes l’utilisent en ce moment.
    .todo = Réessayez dans quelques minutes. Rien n’a été perdu.
error-unavailable = Le service est interrompu
    .what = Une partie du système est momentanément indisponible. Nous en sommes informés et y travaillons.
    .todo = Réessayez dans quelques minutes. Rien n’a été perdu.
error-unknown-portal = Ce portail n’est pas enregistré
    .what = Le site qui vous a envoyé ici n’est pas enregistré, ou sa connexion a été supprimée.
    .todo = Ne confiez aucune information personnelle à ce site. Ouvrez le portail depuis son adresse officielle ou prévenez l’assistance.
error-return-address = L’adresse de retour n’est pas valable
    .what = Le portail demande de vous renvoyer à une adresse non enregistrée. Nous nous arrêtons pour que vos informations n’aillent pas au mauvais endroit.
    .todo = Ouvrez de nouveau le portail depuis son adresse officielle. Si l’erreur persiste, signalez-la au portail avec la référence.
error-bad-request = La demande du portail est erronée
    .what = Le portail a envoyé une demande de connexion qui n’est pas valable. Ce n’est pas votre faute.
    .todo = Revenez au portail et réessayez. Si l’erreur persiste, signalez-la au portail avec la référence.
error-account-locked = Ce compte est verrouillé
    .what = Il n’est pas possible de se connecter avec ce compte actuellement.
    .todo = Contactez l’assistance avec la référence pour savoir comment le déverrouiller.
error-internal = Une erreur s’est produite
    .what = Le système a rencontré une erreur imprévue, qui a été enregistrée.
    .todo = Réessayez. Si l’erreur persiste, signalez-la à l’assistance avec la référence.
