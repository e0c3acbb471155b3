# Page de connexion et page du mot de passe
sign-in = Se connecter
sign-in-purpose = pour { $purpose }
sign-in-to = pour utiliser { $portal }
sign-in-to-account = pour consulter et gérer votre compte
sign-in-asked-again = Ce portail vous demande de confirmer votre identité, même si vous étiez déjà connecté.
sign-in-other-person = Ce portail demande un autre compte que celui qui est connecté dans ce navigateur.
identifier = Numéro d’identification personnel
identifier-hint = Les 12 chiffres de votre carte d’identité. Un numéro de téléphone ou une adresse électronique confirmés conviennent aussi.
identifier-hint-of = { $number }. Un numéro de téléphone ou une adresse électronique confirmés conviennent aussi.
identifier-hint-several = Le numéro de votre document, du type choisi ci-dessus. Un numéro de téléphone ou une adresse électronique confirmés conviennent aussi.
scheme = Type de numéro
scheme-vn = Numéro d’identification personnel (Viêt Nam)
scheme-ee = Code personnel (Estonie)
scheme-ru = СНИЛС – SNILS (Russie)
scheme-fr = Numéro de sécurité sociale, NIR (France)
scheme-kr = Numéro d’enregistrement de résident (Corée du Sud)
scheme-my = Numéro MyKad (Malaisie)
scheme-ci = NNI (Côte d’Ivoire)
continue = Continuer
other-methods = ou choisir un autre moyen
cancel = Annuler
cancel-to = Annuler et revenir à { $portal }
password-title = Saisissez votre mot de passe
password = Mot de passe
password-show = Afficher
signing-in-as = Connexion avec
change = Modifier
change-identifier = l’identifiant
caps-lock = La touche Verr. Maj. est activée.

## Erreurs, à côté du champ
fault-identifier-missing = Saisissez votre numéro d’identification personnel, votre numéro de téléphone ou votre adresse électronique.
fault-identifier-malformed = La saisie n’est ni un numéro d’identification, ni un numéro de téléphone, ni une adresse électronique. Le numéro d’identification personnel compte exactement 12 chiffres.
fault-identifier-malformed-of = La saisie n’est ni un numéro du type « { $number } », ni un numéro de téléphone, ni une adresse électronique. Vérifiez le numéro et son type.
fault-method-not-offered = Ce moyen de connexion n’est pas disponible ici. Choisissez-en un autre.
fault-password-missing = Saisissez votre mot de passe.
fault-wrong = L’identifiant ou le mot de passe est incorrect. Vérifiez-les et réessayez.
next-try-seconds = { $seconds ->
    [one] Le prochain essai sera possible dans { $seconds } seconde.
   *[other] Le prochain essai sera possible dans { $seconds } secondes.
  }
next-try-minutes = { $minutes ->
    [one] Le prochain essai sera possible dans { $minutes } minute.
   *[other] Le prochain essai sera possible dans { $minutes } minutes.
  }
fault-too-soon = { $seconds ->
    [one] Après plusieurs essais incorrects de suite, il faut attendre un peu. Réessayez dans { $seconds } seconde.
   *[other] Après plusieurs essais incorrects de suite, il faut attendre un peu. Réessayez dans { $seconds } secondes.
  }
wait-over = Vous pouvez réessayer maintenant.
fault-too-many-tries-today = { $hours ->
    [one] Trop de tentatives infructueuses. Connectez-vous sur un appareil que vous avez déjà utilisé, ou d’une autre façon, ou attendez { $hours } heure.
   *[other] Trop de tentatives infructueuses. Connectez-vous sur un appareil que vous avez déjà utilisé, ou d’une autre façon, ou attendez { $hours } heures.
  }
fault-too-many-tries = { $minutes ->
    [one] Trop de tentatives infructueuses. Attendez { $minutes } minute avant de réessayer.
   *[other] Trop de tentatives infructueuses. Attendez { $minutes } minutes avant de réessayer.
  }
fault-busy = De nombreuses personnes se connectent en ce moment. Réessayez dans quelques secondes ; votre saisie est conservée.
fault-stale-page = La page envoyée était ancienne ; rien n’a été fait. Réessayez.
form-post-title = Retour à { $portal }
form-post-lead = Si cette page reste affichée, appuyez sur le bouton pour continuer.

## Comment obtenir un compte (prompt=create)
create-title = Obtenir un compte
create-lead = Ces comptes sont délivrés par { $authority }.
create-lead-portal = Pour utiliser { $portal }, il vous faut un compte délivré par { $authority }.
create-where = La demande se fait sur la page de l’autorité. Revenez ici une fois le compte obtenu.
create-ask = La demande se fait en personne. Demandez à l’autorité où vous rendre et avec quels papiers :
create-office = La demande se fait en personne, dans un bureau de l’autorité, avec votre carte d’identité.
create-register = Comment obtenir un compte
create-have-account = J’ai un compte : me connecter

# Une preuve de plus.
step-up-title = Encore une étape
step-up-lead-portal = { $portal } demande une connexion plus forte. Confirmez votre identité par l’un de ces moyens.
step-up-lead = Pour continuer, confirmez votre identité par l’un de ces moyens.
step-up-methods = Moyens de confirmer
step-up-nothing-portal = { $portal } demande une connexion plus forte que ce que vos moyens permettent.
step-up-nothing = Cette opération demande une connexion plus forte que ce que vos moyens permettent.
step-up-how = Ajoutez une clé d’accès, une clé de sécurité ou un certificat de signature électronique dans votre compte, ou rendez-vous au guichet de l’administration, puis réessayez.
step-up-leave = Retour

## Plusieurs personnes sur un appareil
people-title = Qui se connecte ?
people-other = ou une autre personne
person-goes-on = Connecté, rien à saisir
person-signed-in = Connecté, à confirmer
person-remembered = Se connecter sur cet appareil
person-sign-out = Se déconnecter
person-forget = Retirer
somebody-else = Ce n’est pas vous ? Utiliser un autre compte
device-label = Cet appareil
device-mine = Le mien
device-name = À moi ou à ma famille : afficher mon nom
device-shared = { $minutes ->
    [one] Public : ne rien garder, { $minutes } minute
   *[other] Public : ne rien garder, { $minutes } minutes
  }
