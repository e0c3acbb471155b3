# Общее для всех страниц
language-name = Русский
tagline = Цифровая идентификация
skip-to-content = Перейти к основному содержанию
languages = Языки
demonstration = Демонстрация: все люди и данные вымышлены. Не вводите настоящих сведений.
operated-by = Оператор: { $authority }
support = Нужна помощь?
support-site = Страницы помощи
privacy = Конфиденциальность
terms = Условия использования
reference = Номер обращения: { $reference }
title-problem = Ошибка:
list = { $start } и { $last }
when-today = сегодня в { $time }
when-yesterday = вчера в { $time }
when-date = { $date } в { $time }
limit = { $minutes ->
    [one] Страница действительна до { $time } (осталась { $minutes } минута).
    [few] Страница действительна до { $time } (осталось { $minutes } минуты).
   *[many] Страница действительна до { $time } (осталось { $minutes } минут).
  }
limit-extend = Продлить
limit-soon = Срок действия страницы скоро истечёт. Нажмите «Продлить», чтобы продолжить.
limit-over = Срок действия страницы истёк. Обновите её или начните вход заново.
back-to = Вернуться: { $portal }
try-again = Повторить
portal-verified = Проверено
portal-unverified = Не проверено
level-number = Уровень { $level }
device-both = { $browser }, { $system }
device-unknown = Неизвестное устройство
gender-male = Мужской
gender-female = Женский
gender-other = Другой
yes = Да
no = Нет

## Способы входа
method-passkey = Ключ доступа
    .inline = ключ доступа
method-security-key = Ключ безопасности
    .inline = ключ безопасности
method-certificate = Сертификат электронной подписи
    .inline = сертификат электронной подписи
method-password = Пароль
    .inline = пароль

## Передаваемые сведения
claim-sub = Ваш код на этом портале
    .inline = код на портале
claim-name = Фамилия и имя
    .inline = фамилия и имя
claim-given-name = Имя
    .inline = имя
claim-family-name = Фамилия
    .inline = фамилия
claim-middle-name = Второе имя
    .inline = второе имя
claim-nickname = Псевдоним
    .inline = псевдоним
claim-preferred-username = Предпочитаемое короткое имя
    .inline = предпочитаемое короткое имя
claim-profile = Страница о вас
    .inline = страница о вас
claim-picture = Ваша фотография
    .inline = ваша фотография
claim-website = Сайт
    .inline = сайт
claim-birthdate = Дата рождения
    .inline = дата рождения
claim-gender = Пол
    .inline = пол
claim-national-id = Личный идентификационный номер
    .inline = личный идентификационный номер
claim-national-id-scheme = Вид идентификационного номера
    .inline = вид идентификационного номера
claim-phone = Номер телефона
    .inline = номер телефона
claim-email = Электронная почта
    .inline = электронная почта
claim-phone-verified = Подтверждён ли номер телефона
    .inline = подтверждён ли номер телефона
claim-email-verified = Подтверждена ли электронная почта
    .inline = подтверждена ли электронная почта
claim-address = Адрес
    .inline = адрес
claim-locale = Язык
    .inline = язык
claim-zoneinfo = Часовой пояс
    .inline = часовой пояс
claim-updated-at = Последнее изменение ваших данных
    .inline = дата последнего изменения ваших данных
claim-account-level = Уровень учётной записи
    .inline = уровень учётной записи
claim-authentication-level = Уровень аутентификации
    .inline = уровень аутентификации
