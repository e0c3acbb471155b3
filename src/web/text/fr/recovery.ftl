# Le chemin du retour, et les codes remis en personne
recover-link = J’ai perdu ce avec quoi je me connecte
recover-title = Retrouver votre compte
recover-lead = Choisissez un nouveau mot de passe avec un de vos codes de récupération, ou avec un code remis par un agent.
recover-code = Code de récupération, ou code remis par un agent
recover-code-hint = { $hours ->
    [one] Avec un de vos codes de récupération, le nouveau mot de passe ouvre le compte au bout d’{ $hours } heure et vous en êtes averti. Avec le code d’un agent, il l’ouvre aussitôt.
   *[other] Avec un de vos codes de récupération, le nouveau mot de passe ouvre le compte au bout de { $hours } heures et vous en êtes averti. Avec le code d’un agent, il l’ouvre aussitôt.
  }
recover-do = Définir le nouveau mot de passe
recover-else = Sans code
recover-else-held = Avez-vous encore deux autres moyens de connexion ?
recover-else-sign-in = Connectez-vous avec eux et retirez ce que vous avez perdu
recover-else-office = Sinon, rendez-vous à un bureau de l’autorité avec votre carte d’identité : on vous y remettra un code.
recovered-waiting = Votre nouveau mot de passe attend
    .meaning = { $hours ->
    [one] Il ouvrira votre compte dans { $hours } heure. D’ici là le compte reste tel quel, et son titulaire peut tout arrêter.
   *[other] Il ouvrira votre compte dans { $hours } heures. D’ici là le compte reste tel quel, et son titulaire peut tout arrêter.
  }
recovered-finished = Votre nouveau mot de passe est défini
    .meaning = Tous les appareils sont déconnectés et ce qui ouvrait le compte auparavant est retiré. Connectez-vous avec le nouveau mot de passe.
recovery-stopped = La récupération est arrêtée
    .meaning = Votre compte reste tel quel. Si vous ne l’avez pas demandée vous-même, changez votre mot de passe et vos codes de récupération.
recovery-nothing = Il n’y a rien à arrêter
    .meaning = Ce lien a déjà servi, ou la récupération est terminée. Consultez votre compte pour voir ce qui s’est passé.
recovered-go-on = Aller à mon compte
recovery-stop-title = Arrêter la récupération de votre compte ?
recovery-stop-what = Quelqu’un a demandé à récupérer ce compte. Cela prend effet { $when }.
recovery-stop = Ce n’était pas moi : arrêter
recovery-waits = Quelqu’un a demandé à récupérer ce compte. Cela prend effet { $when }. Si ce n’était pas vous, arrêtez-le.
fault-wrong-code = L’identifiant ou le code n’est pas exact. Vérifiez les deux et réessayez.
fault-wrong-issued-code = Le code n’est pas exact. Il a peut-être servi, expiré, ou vaut pour autre chose. Demandez-en un nouveau à l’agent.
fault-nothing-chosen = Choisissez au moins un moyen.
method-counter-code = Code remis par un agent
    .inline = un code remis par un agent
counter-title = Saisissez le code remis par l’agent
counter-code = Code
counter-hint = Les lettres inscrites sur le papier. Le code sert une fois.
raise-title = J’ai un code remis par un agent
raise-what = Un agent qui vous a vu peut vous remettre un code. Ce avec quoi vous venez de vous connecter compte alors pour deux étapes.
raise-nothing = Il n’y a rien à relever : connectez-vous d’abord avec ce que vous voulez relever, par exemple votre clé d’accès, et revenez dans les dix minutes.
raise-which = Ce avec quoi vous vous êtes connecté
raise-do = Utiliser le code
lost-title = J’ai perdu l’un d’eux
lost-what = { $hours ->
    [one] Tout ce avec quoi vous ne venez pas de vous connecter est retiré dans { $hours } heure. D’ici là vous pouvez l’arrêter ici.
   *[other] Tout ce avec quoi vous ne venez pas de vous connecter est retiré dans { $hours } heures. D’ici là vous pouvez l’arrêter ici.
  }
lost-kept = Votre mot de passe et ce avec quoi vous venez de vous connecter restent. Vous en êtes averti par tous les moyens vérifiés.
lost-do = Retirer ce que j’ai perdu
lost-too-little = Pour cela, connectez-vous avec deux moyens différents que vous avez encore, et revenez dans les dix minutes.
second-step = Seconde étape
second-step-always = Chaque connexion demande une seconde étape. Un mot de passe volé n’ouvre rien.
second-step-where-asked = Seuls les services qui la demandent ont une seconde étape. Quiconque connaît votre mot de passe peut ouvrir les autres.
second-step-on = Toujours demander la seconde étape
second-step-off = Ne pas toujours la demander
notice-second-step-on = Chaque connexion demande désormais une seconde étape. Tous les autres appareils ont été déconnectés.
notice-second-step-off = La seconde étape n’est demandée que là où un service la veut.
notice-credential-raised = C’est fait. Ce avec quoi vous vous êtes connecté compte désormais pour deux étapes.
notice-recovery-begun = C’est commencé. Vous pouvez l’arrêter ici.
notice-recovery-stopped = La récupération a été arrêtée.
event-second-step = La seconde étape a été réglée
event-recovery-begun = Une récupération du compte a été demandée
event-recovery-finished = Le compte a été récupéré
event-recovery-stopped = Une récupération du compte a été arrêtée
event-code-issued = Un agent a reçu un code pour vous
event-code-used = Un code remis par un agent a été utilisé
