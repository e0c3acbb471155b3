# Déconnexion
sign-out = Se déconnecter
sign-out-title = Se déconnecter ?
sign-out-from = { $portal } demande votre déconnexion.
sign-out-everywhere = { $portals ->
    [0] Vous devrez vous reconnecter la prochaine fois.
    [one] Vous serez déconnecté de { $portals } portail qui utilise cette session.
   *[other] Vous serez déconnecté des { $portals } portails qui utilisent cette session.
  }
sign-out-stay = Rester connecté
signed-in-as = Connecté en tant que
signed-out-title = Vous êtes déconnecté
signed-out-lead = Votre session dans ce navigateur est terminée.
signed-out-shared = Si d’autres personnes utilisent cet ordinateur, fermez toutes les fenêtres du navigateur.
sign-in-again = Se connecter au compte
