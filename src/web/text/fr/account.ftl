# Pages du compte
account = Compte
account-lead = Consultez le niveau de votre compte, les appareils connectés et ce qui a été partagé avec chaque portail.
overview = Aperçu
sessions = Appareils
portals = Portails
activity = Activité
hello = Bonjour, { $name }
last-sign-in = Dernière connexion : { $when }, avec { $method }.
account-level = Niveau du compte
level-0 = Niveau 0 · déclaré
    .meaning = Informations que vous avez déclarées, non encore comparées à un registre.
    .next = Pour atteindre le niveau 1, confirmez un code envoyé au numéro de téléphone que détient le registre de la population.
level-1 = Niveau 1 · concordant
    .meaning = Vos informations concordent avec la base nationale de la population.
    .next = Pour atteindre le niveau 2, présentez votre carte d’identité au poste de police le plus proche.
level-2 = Niveau 2 · vérifié en personne
    .meaning = Votre identité a été vérifiée en personne ou par un certificat qualifié.
    .next = C’est le niveau le plus élevé : tous les services vous sont ouverts.
sign-in-methods = Moyens de connexion
last-used = Dernière utilisation : { $when }
never-used = Jamais utilisé
recent-activity = Activité récente
activity-all = Voir toute l’activité
notice-session-ended = Cet appareil a été déconnecté.
notice-other-sessions-ended = Tous les autres appareils ont été déconnectés.
notice-consent-narrowed = Enregistré. Désormais, le portail reçoit ce que vous avez choisi.
notice-consent-withdrawn = Autorisation retirée. Le portail ne reçoit plus vos informations.

## Appareils et sessions
sessions-title = Appareils et sessions
sessions-lead = Votre compte est connecté à ces endroits. Si vous ne reconnaissez pas un appareil, déconnectez-le.
session-here = Cet appareil
session-times = Connexion { $signed-in } · dernière activité { $seen }
session-address = Adresse réseau : { $address }
session-portals = En cours d’utilisation : { $portals }
session-end = Déconnecter
session-end-others = Déconnecter tous les autres appareils
session-end-others-hint = Cet appareil reste connecté.
sessions-only-here = Vous n’êtes connecté que sur cet appareil.

## Portails connectés
portals-title = Portails connectés
portals-lead = Ces portails ont reçu des informations de votre compte, avec votre autorisation.
portals-empty = Aucun portail pour l’instant
portals-empty-next = Lorsque vous vous connectez à un portail et l’autorisez à recevoir des informations, il apparaît ici.
portal-service = Peut faire auprès de { $service }
portal-received = Reçu
portal-first = Première fois
portal-last = Dernière fois
portal-open = Ouvrir
withdraw = Retirer
withdraw-title = Retirer votre autorisation ?
withdraw-what = { $portal } ne recevra plus vos informations. À votre prochaine connexion, le portail devra vous redemander l’autorisation.
withdraw-kept = Ce que le portail a déjà reçu reste conservé par lui selon la loi ; pour le faire effacer, adressez-vous au portail.
withdraw-received = Reçu : { $claims }.
withdraw-keep = Conserver

## Activité
activity-title = Activité
activity-lead = Toutes vos connexions et tous les envois de vos informations.
activity-empty = Aucune activité pour l’instant
activity-empty-next = Les connexions et les partages d’informations seront notés ici.
pages = Pages
older = Plus ancien
newest = Plus récent
event-signed-in = Connexion avec { $method }
event-signed-in-at = Connexion à { $portal } avec { $method }
event-sign-in-failed = { $times ->
    [one] Tentative de connexion infructueuse
   *[other] { $times } tentatives de connexion infructueuses
  }
event-consent-given = { $portal } autorisé à recevoir : { $claims }
event-consent-denied = Partage refusé à { $portal }
event-consent-narrowed = Ne laisse plus { $portal } recevoir : { $claims }
event-consent-withdrawn = Autorisation de { $portal } retirée
event-data-released = { $portal } a reçu : { $claims }
event-device-allowed = Connexion à { $portal } sur un autre appareil
event-device-denied = Connexion à { $portal } refusée à un autre appareil
unusual-new-device = Vous n’aviez jamais utilisé cet appareil.
unusual-travel = Un autre de vos appareils venait d’être utilisé ailleurs.
unusual-many-accounts = Les identifiants de nombreuses personnes ont été essayés depuis ce réseau.
unusual-more-asked = Une deuxième preuve a été demandée.
event-signed-out = Déconnexion
event-session-ended = Une session a été fermée
event-password-changed = Mot de passe modifié
event-account-locked = Compte verrouillé
event-account-unlocked = Compte déverrouillé
event-access-ended = L’accès de { $portal } a été supprimé, car des signes indiquaient qu’il avait été copié
portal-allowed = Ce que vous avez autorisé demande par demande

## Devices that know the citizen
known-title = Appareils qui vous connaissent
known-lead = Vous vous y êtes déjà connecté. Les mots de passe faux que d’autres saisissent ailleurs ne vous y bloquent pas.
known-used = Utilisé la dernière fois { $when }.
known-named = Sa page de connexion affiche votre nom.
known-forget = Oublier
notice-device-forgotten = Cet appareil ne vous connaît plus. La prochaine connexion y comptera comme celle d’un nouvel appareil.
event-device-forgotten = Un appareil a été oublié
shared-title = Ce que le portail peut recevoir
shared-lead = { $portal } peut recevoir ce qui est coché.
shared-hint = Ce que vous retirez n’est plus transmis désormais. Ce que le portail a déjà reçu reste chez lui.
shared-save = Enregistrer
shared-choose = Choisir ce qui est partagé
