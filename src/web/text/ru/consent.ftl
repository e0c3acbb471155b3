# Страница согласия
consent-title = Передать эти сведения?
consent-lead = Портал «{ $portal }» запрашивает следующие сведения.
consent-lead-purpose = Портал «{ $portal }» запрашивает следующие сведения, чтобы { $purpose }.
consent-service = В системе «{ $service }» портал сможет:
consent-later = А также, когда эти сведения появятся: { $claims }.
consent-offline = Портал может обновлять эти сведения, даже когда вы им не пользуетесь.
consent-once = Разрешение действует только на этот раз.
consent-until = Разрешение действует до { $date }.
consent-until-withdrawn = Разрешение действует, пока вы его не отзовёте.
consent-withdraw = Отозвать его можно в любое время в разделе
consent-withdraw-where = Учётная запись → Подключённые порталы
allow = Разрешить
deny = Отклонить
