# Page de consentement
consent-title = Partager ces informations ?
consent-lead = { $portal } a besoin des informations suivantes.
consent-lead-purpose = { $portal } a besoin des informations suivantes pour { $purpose }.
consent-purpose = Pour { $purpose }.
consent-acting = Vous agissez pour
consent-essential = Indispensable : sans elle, le portail ne peut pas vous servir.
consent-choose = Vous décidez de ce qui a une case : décochez ce que vous ne voulez pas partager.
basis-consent = Vous décidez : décochez ce que vous ne voulez pas partager.
basis-contract = Nécessaire au service que vous avez demandé.
basis-legal-obligation = La loi oblige le portail à en disposer.
basis-public-task = Nécessaire à une mission publique que la loi confie au portail.
basis-vital-interests = Nécessaire pour protéger la vie ou la santé.
consent-service = Auprès de { $service }, il pourra :
consent-later = Et, dès que ces informations seront connues : { $claims }.
consent-offline = Le portail peut actualiser ces informations même lorsque vous ne l’utilisez pas.
consent-once = L’autorisation vaut pour cette fois seulement.
consent-until = L’autorisation est valable jusqu’au { $date }.
consent-until-withdrawn = L’autorisation est valable jusqu’à ce que vous la retiriez.
consent-withdraw = Vous pouvez la retirer à tout moment dans
consent-withdraw-where = Compte → Portails connectés
allow = Autoriser
deny = Refuser
consent-title-details = Autoriser cette demande ?
consent-lead-details = { $portal } vous demande d’autoriser ce qui suit.
consent-information = Le portail reçoit aussi ces informations
consent-details-once = Vous autorisez exactement ceci, cette fois seulement. La question vous sera posée de nouveau la prochaine fois.
details-rest = Fait aussi partie de la demande :
details-more = { $count ->
    [one] et { $count } autre
   *[other] et { $count } autres
  }
