# Déconnexion
sign-out = Se déconnecter
sign-out-title = Se déconnecter ?
sign-out-from = { $portal } demande votre déconnexion.
sign-out-everywhere = { $portals ->
    [0] Vous devrez vous reconnecter la prochaine fois.
    [one] Cette session vous a servi à vous connecter à { $portals } portail. Si vous y êtes encore connecté, déconnectez-vous-en aussi.
   *[other] Cette session vous a servi à vous connecter à { $portals } portails. Si vous y êtes encore connecté, déconnectez-vous-en aussi.
  }
sign-out-stay = Rester connecté
signed-in-as = Connecté en tant que
signed-out-title = Vous êtes déconnecté
signed-out-lead = Votre session dans ce navigateur est terminée.
signed-out-shared = Si d’autres personnes utilisent cet ordinateur, fermez toutes les fenêtres du navigateur.
sign-in-again = Se connecter au compte
signing-out-title = Déconnexion en cours
signing-out-lead = Les portails que vous avez utilisés en sont informés.
