# Codes de la deuxième étape et du compte
code = Code
code-totp-title = Saisissez le code de votre application
code-totp-lead = Ouvrez l’application d’authentification de votre téléphone et saisissez les 6 chiffres affichés.
code-recovery-title = Saisissez un code de secours
code-recovery-lead = Saisissez un code de votre liste qui n’a pas encore servi. Chacun sert une fois.
code-sms-title = Code par SMS
code-sms-ask = Nous enverrons un code de 6 chiffres au { $to }.
code-sms-sent = Un code de 6 chiffres est en route vers le { $to }. Il est valable 10 minutes, sur cette page seulement.
code-send = Envoyer le code
code-send-again = Envoyer un autre code
code-others = Choisir un autre moyen
fault-code-missing = Saisissez le code.
fault-code-wrong = Le code est inexact ou n’est plus valable. Saisissez le plus récent.
fault-codes-exhausted = Trop de codes erronés de cette application ont été essayés. Utilisez un autre moyen, puis ajoutez à nouveau l’application dans votre compte.
fault-sent-codes-exhausted = Trop de codes erronés ont été essayés pour ce compte. Les codes envoyés ne comptent plus : utilisez un autre moyen ou demandez à l’assistance.
fault-unreachable = Nous ne pouvons pas y envoyer de code. Choisissez un autre moyen.
fault-too-many-messages = { $minutes ->
    [one] Trop de codes ont été envoyés. Attendez { $minutes } minute avant de réessayer.
   *[other] Trop de codes ont été envoyés. Attendez { $minutes } minutes avant de réessayer.
  }
fault-contact-malformed = Ce n’est ni une adresse électronique ni un numéro de téléphone. Vérifiez et réessayez.
fault-too-many-credentials = Le compte a autant de moyens de connexion que possible. Retirez-en un, puis ajoutez celui-ci.
fault-contact-taken = Un autre compte utilise cette adresse ou ce numéro. Choisissez-en un autre.

## Application d’authentification
totp-title = Ajouter une application d’authentification
totp-lead = Une application d’authentification sur votre téléphone produit un nouveau code toutes les 30 secondes, même sans réseau.
totp-scan = 1. Ouvrez l’application et scannez cette image.
totp-picture = Code QR pour l’application d’authentification
totp-here = L’application est sur ce téléphone ? L’ouvrir
totp-type = Impossible de scanner ? Saisissez cette clé dans l’application :
totp-name = 2. Donnez-lui un nom que vous reconnaîtrez
totp-name-usual = Mon téléphone
totp-code = 3. Saisissez le code affiché par l’application
totp-finish = Ajouter l’application

## Codes de secours
recovery-codes-title = Codes de secours
recovery-codes-lead = Dix codes, dont chacun sert une fois si vous perdez votre téléphone ou votre clé. Imprimez-les et gardez-les en lieu sûr.
recovery-codes-none = Vous n’avez pas encore de liste.
recovery-codes-left = { $left ->
    [one] Il reste { $left } code dans votre liste.
   *[other] Il reste { $left } codes dans votre liste.
  }
recovery-codes-replaces = Une nouvelle liste remplace toute l’ancienne.
recovery-codes-make = Créer une liste et l’afficher
recovery-codes-download = Créer une liste et la télécharger
recovery-codes-once = Ces codes ne sont affichés qu’une fois. Imprimez cette page ou recopiez-les maintenant.
recovery-codes-done = J’ai mis les codes en lieu sûr
recovery-codes-file = Codes de secours de { $service }. Chacun sert une fois. Ne les donnez à personne.

## Coordonnées
contact-title = Coordonnées
contact-lead = Nous vous prévenons ici quand quelque chose change dans votre compte.
contact-email = Courriel
contact-phone = Téléphone
contact-verified = Confirmé
contact-unverified = Non confirmé
contact-none = Aucun
contact-off = Ce service n’envoie pas encore de courriels ni de SMS : rien ne peut être confirmé ici.
contact-new-email = Votre adresse électronique
contact-new-phone = Votre numéro de mobile
contact-code-sent = Un code de 6 chiffres est en route vers { $to }. Il est valable 10 minutes, tant que vous restez connecté ici.
contact-confirm = Confirmer

## Avant un changement
confirm-title = Confirmez que c’est vous
confirm-lead = Pour protéger votre compte, nous envoyons un code là où vous avez montré que nous vous joignons.
confirm-send-to = Envoyer un code à { $to }

## Activité
event-recovery-code-used = Un code de secours a été utilisé ; codes restants : { $left }
event-contact-verified = Une coordonnée a été confirmée
event-message-undelivered = Un avis ou un code n’est pas arrivé
