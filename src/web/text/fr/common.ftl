# Commun à toutes les pages
language-name = Français
tagline = Identité numérique
skip-to-content = Aller au contenu principal
languages = Langues
demonstration = Démonstration : les personnes et les données sont fictives. Ne saisissez aucune information réelle.
operated-by = Service exploité par : { $authority }
support = Besoin d’aide ?
support-site = Pages d’aide
privacy = Confidentialité
terms = Conditions d’utilisation
reference = Référence : { $reference }
title-problem = Erreur :
list = { $start } et { $last }
when-today = aujourd’hui à { $time }
when-yesterday = hier à { $time }
when-date = le { $date } à { $time }
limit = { $minutes ->
    [one] Cette page est valable jusqu’à { $time } (encore { $minutes } minute).
   *[other] Cette page est valable jusqu’à { $time } (encore { $minutes } minutes).
  }
limit-extend = Prolonger
limit-soon = Cette page expire bientôt. Choisissez « Prolonger » pour continuer.
limit-over = Cette page a expiré. Rechargez-la ou recommencez la connexion.
back-to = Retour à { $portal }
try-again = Réessayer
portal-verified = Vérifié
portal-unverified = Non vérifié
level-number = Niveau { $level }
device-both = { $browser } sur { $system }
device-unknown = Appareil inconnu
gender-male = Masculin
gender-female = Féminin

## Moyens de connexion
method-passkey = Clé d’accès
    .inline = une clé d’accès
method-security-key = Clé de sécurité
    .inline = une clé de sécurité
method-certificate = Certificat de signature électronique
    .inline = un certificat de signature électronique
method-password = Mot de passe
    .inline = un mot de passe

## Informations partagées
claim-sub = Votre code propre à ce portail
    .inline = code propre au portail
claim-name = Nom complet
    .inline = nom complet
claim-given-name = Prénom
    .inline = prénom
claim-family-name = Nom de famille
    .inline = nom de famille
claim-middle-name = Deuxième prénom
    .inline = deuxième prénom
claim-nickname = Surnom
    .inline = surnom
claim-birthdate = Date de naissance
    .inline = date de naissance
claim-gender = Sexe
    .inline = sexe
claim-national-id = Numéro d’identification personnel
    .inline = numéro d’identification personnel
claim-national-id-scheme = Type de numéro d’identification
    .inline = type de numéro d’identification
claim-phone = Numéro de téléphone
    .inline = numéro de téléphone
claim-email = Adresse électronique
    .inline = adresse électronique
claim-address = Adresse
    .inline = adresse
claim-locale = Langue
    .inline = langue
claim-zoneinfo = Fuseau horaire
    .inline = fuseau horaire
claim-account-level = Niveau du compte
    .inline = niveau du compte
claim-authentication-level = Niveau d’authentification
    .inline = niveau d’authentification
