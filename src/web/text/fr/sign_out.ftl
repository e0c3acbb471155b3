# Déconnexion
sign-out = Se déconnecter
sign-out-title = Se déconnecter ?
sign-out-from = { $portal } demande votre déconnexion.
sign-out-nowhere = Vous devrez vous reconnecter la prochaine fois.
sign-out-told = { $portals ->
    [one] { $portals } portail auquel cette session vous a connecté sera informé de votre déconnexion.
   *[other] { $portals } portails auxquels cette session vous a connecté seront informés de votre déconnexion.
  }
sign-out-untold = { $portals ->
    [one] { $portals } portail ne peut pas être informé. Si vous y êtes encore connecté, déconnectez-vous-en aussi.
   *[other] { $portals } portails ne peuvent pas être informés. Si vous y êtes encore connecté, déconnectez-vous-en aussi.
  }
sign-out-stay = Rester connecté
signed-in-as = Connecté en tant que
signed-out-title = Vous êtes déconnecté
signed-out-lead = Votre session dans ce navigateur est terminée.
signed-out-shared = Si d’autres personnes utilisent cet ordinateur, fermez toutes les fenêtres du navigateur.
sign-in-again = Se connecter au compte
signing-out-title = Déconnexion en cours
signing-out-lead = Vous êtes déconnecté ici. Les portails que vous avez utilisés en sont informés, en quelques secondes au plus.
