# Le portail de démonstration
portal-name = Portail des services publics
portal-tagline = Le public et l’administration, reliés
portal-demonstration = Ceci est une démonstration et non le portail d’une administration. Les personnes et les données sont fictives.
portal-footer = Démonstration de SenID. Aucun dossier n’est reçu ici.
portal-home = Accueil
portal-hero = Vos démarches, depuis chez vous
portal-hero-lead = Déposez vos dossiers, suivez-les et recevez les résultats en ligne, avec une seule connexion.
portal-sign-in = Se connecter avec { $provider }
portal-sign-in-hint = Le mot de passe ne se saisit que chez { $provider } ; ce portail ne le voit jamais.
portal-services = Services les plus demandés
portal-needs-level = { $level ->
    [0] Tout compte
   *[other] À partir du niveau { $level }
  }
portal-steps = Trois étapes simples
portal-step-1 = Connectez-vous avec { $provider }
portal-step-1-about = Utilisez le numéro d’identification de votre carte d’identité.
portal-step-2 = Acceptez de partager
portal-step-2-about = Vous voyez ce que le portail reçoit et pourquoi ; vous pouvez refuser.
portal-step-3 = Déposez votre dossier
portal-step-3-about = Les formulaires sont préremplis avec des informations vérifiées.
portal-service-track = Suivre un dossier
    .about = Voyez à quelle étape il se trouve et quel bureau le traite.
portal-service-fine = Payer une amende routière
    .about = Retrouvez la décision et payez en ligne.
portal-service-insurance = Renouveler l’assurance maladie
    .about = Renouvelez pour le foyer et recevez les cartes électroniques.
portal-service-passport = Renouveler un passeport
    .about = Faites la demande, choisissez une date et recevez-le chez vous.
portal-service-residence = Déclarer un domicile
    .about = Déclarez un nouveau domicile pour vous et votre famille.
portal-service-business = Déclarer une entreprise familiale
    .about = Créez, modifiez ou suspendez une activité.
portal-my-page = Ma page
portal-hello = Bonjour,
portal-signed-in = Vous êtes connecté avec { $provider }. Les informations ci-dessous sont vérifiées.
portal-sign-out = Se déconnecter
portal-open-count = { $count ->
    [one] { $count } service ouvert à votre compte.
   *[other] { $count } services ouverts à votre compte.
  }
portal-service-open = Disponible
portal-service-closed = Compte de niveau { $level } requis
portal-service-stronger = Demande une connexion à deux facteurs
portal-sign-in-stronger = Confirmer encore une fois
portal-received-title = Informations reçues
portal-received-lead = { $provider } a signé ces informations.
portal-account-level = Niveau du compte : { $level }
portal-manage = Gérer ou retirer chez { $provider }
portal-news-signed-out = Vous êtes déconnecté de ce portail.
portal-news-cancelled = Vous avez annulé la connexion. Rien n’a été partagé.
portal-sign-in-again = Se reconnecter
portal-to-home = Vers l’accueil
portal-error-not-found = Page introuvable
    .what = Il n’y a rien à cette adresse.
portal-error-unexpected = Cette connexion n’est pas reconnue
    .what = La réponse n’appartient à aucune connexion commencée dans ce navigateur. Reconnectez-vous depuis le début.
portal-error-refused = La connexion n’a pas abouti
    .what = Le service d’identité a refusé la demande du portail. Réessayez.
portal-error-unverifiable = La connexion n’a pas pu être vérifiée
    .what = Le portail n’a pas pu joindre le service d’identité, ou sa réponse n’était pas valable. Réessayez dans quelques minutes.
