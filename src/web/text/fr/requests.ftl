# Demandes que les portails envoient hors de la page de connexion : /account/requests
requests = Demandes
requests-title = Demandes reçues
requests-lead = Un portail vous demande ici de confirmer ce que vous faites ailleurs : au téléphone, à un guichet ou sur un autre appareil.
requests-empty = Aucune demande
requests-empty-next = Lorsqu’un portail vous demande une confirmation, elle apparaît ici. Rechargez cette page pour vérifier.
requests-waiting = { $count ->
    [one] Un portail attend votre réponse
   *[other] { $count } demandes attendent votre réponse
  }
requests-look = Lire et répondre
request-title = Confirmer cette demande ?
request-lead-only = { $portal } vous demande de confirmer que c’est bien vous.
request-lead = { $portal } vous demande de confirmer que c’est bien vous, ainsi que les informations suivantes.
request-lead-purpose = { $portal } vous demande de confirmer que c’est bien vous, ainsi que les informations suivantes pour { $purpose }.
request-message = Comparez ce texte
request-message-hint = Autorisez seulement si { $portal } vous montre ou vous lit exactement ce texte en ce moment.
request-no-message = Le portail n’a donné aucun texte à comparer. Autorisez seulement si vous êtes certain d’avoir commencé cela vous-même.
request-warning = N’autorisez que ce que vous venez de commencer vous-même. Si quelqu’un vous presse, au téléphone ou par message, d’appuyer sur « Autoriser », appuyez sur « Refuser ».
request-times = Demande reçue { $asked }. Réponse possible jusqu’à { $until }.
request-origin = La demande vient des systèmes du portail, et non de cet appareil. Nous ignorons où se trouve la personne qui l’a commencée.
request-again = Votre connexion date d’un certain temps : lorsque vous appuierez sur « Autoriser », vous vous connecterez d’abord à nouveau.
request-more = Cette demande exige une connexion plus sûre : lorsque vous appuierez sur « Autoriser », une étape de plus vous sera d’abord demandée.
request-unmet = { $portal } exige une connexion plus sûre que celle que vous pouvez donner sur un autre appareil. Refusez cette demande et connectez-vous sur le portail lui-même.
request-allowed = Autorisée
    .meaning = Vous avez autorisé cette demande. Le portail peut continuer.
request-denied = Refusée
    .meaning = Vous avez refusé cette demande. Le portail n’a rien reçu.
request-over = Cette demande est terminée
    .meaning = Elle est restée sans réponse dans le délai. Le portail n’a rien reçu. Si vous y tenez, recommencez sur le portail.
requests-back = Toutes les demandes
notice-request-allowed = Autorisée. Vous pouvez continuer sur le portail.
notice-request-denied = Refusée. Le portail n’a rien reçu.
notice-request-over = Cette demande était terminée avant votre réponse, qui n’a rien transmis au portail.
notice-request-unmet = Refusée : le portail exige une connexion plus sûre que celle que vous pouvez donner sur un autre appareil. Il n’a rien reçu.
event-request-received = { $portal } vous a demandé de confirmer une demande
event-request-allowed = Demande de { $portal } confirmée
event-request-denied = Demande de { $portal } refusée
