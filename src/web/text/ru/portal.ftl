# Демонстрационный портал
portal-name = Портал государственных услуг
portal-tagline = Связь граждан и органов власти
portal-demonstration = Это демонстрация, а не настоящий портал органа власти. Все люди и данные вымышлены.
portal-footer = Демонстрация SenID. Заявления здесь не принимаются.
portal-home = Главная
portal-hero = Государственные услуги, не выходя из дома
portal-hero-lead = Подавайте заявления, следите за ними и получайте результаты онлайн, войдя всего один раз.
portal-sign-in = Войти через { $provider }
portal-sign-in-hint = Пароль вводится только на странице { $provider }; этот портал никогда его не видит.
portal-services = Популярные услуги
portal-needs-level = { $level ->
    [0] Любая учётная запись
   *[other] Уровень учётной записи от { $level }
  }
portal-steps = Три простых шага
portal-step-1 = Войдите через { $provider }
portal-step-1-about = Укажите личный номер с вашего удостоверения личности.
portal-step-2 = Разрешите передачу сведений
portal-step-2-about = Вы видите, что и зачем получает портал, и можете отказаться.
portal-step-3 = Подайте заявление
portal-step-3-about = Формы заранее заполнены проверенными сведениями.
portal-service-track = Узнать о ходе заявления
    .about = На каком оно шаге и какое ведомство им занимается.
portal-service-fine = Оплатить дорожный штраф
    .about = Найдите постановление и оплатите онлайн.
portal-service-insurance = Продлить медицинскую страховку
    .about = Продлите на всю семью и получите электронные карты.
portal-service-passport = Обменять паспорт
    .about = Подайте заявление, выберите дату и получите его дома.
portal-service-residence = Зарегистрировать место жительства
    .about = Сообщите о новом жилье для себя и семьи.
portal-service-business = Зарегистрировать семейное дело
    .about = Откройте, измените или приостановите дело.
portal-my-page = Моя страница
portal-hello = Здравствуйте,
portal-signed-in = Вход выполнен через { $provider }. Сведения ниже проверены.
portal-sign-out = Выйти
portal-open-count = { $count ->
    [one] Вам доступна { $count } услуга.
    [few] Вам доступны { $count } услуги.
   *[many] Вам доступно { $count } услуг.
  }
portal-service-open = Доступно
portal-service-closed = Нужен уровень { $level }
portal-service-stronger = Нужен вход с двумя факторами
portal-sign-in-stronger = Подтвердить ещё раз
portal-received-title = Полученные сведения
portal-received-lead = Эти сведения подписаны службой { $provider }.
portal-account-level = Уровень учётной записи: { $level }
portal-manage = Управлять или отозвать в { $provider }
portal-news-signed-out = Вы вышли с этого портала.
portal-news-cancelled = Вы отменили вход. Никакие сведения не переданы.
portal-sign-in-again = Войти снова
portal-to-home = На главную
portal-error-not-found = Страница не найдена
    .what = По этому адресу ничего нет.
portal-error-unexpected = Вход не распознан
    .what = Полученный ответ не относится ни к одному входу, начатому в этом браузере. Войдите заново.
portal-error-refused = Войти не удалось
    .what = Служба идентификации отклонила запрос портала. Попробуйте ещё раз.
portal-error-unverifiable = Не удалось проверить вход
    .what = Портал не смог связаться со службой идентификации, или её ответ недействителен. Попробуйте через несколько минут.
