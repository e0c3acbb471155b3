# Страницы учётной записи
account = Учётная запись
account-lead = Уровень учётной записи, устройства, на которых выполнен вход, и сведения, переданные каждому порталу.
overview = Обзор
sessions = Сеансы
portals = Порталы
activity = События
hello = Здравствуйте, { $name }
last-sign-in = Последний вход: { $when }, способ: { $method }.
account-level = Уровень учётной записи
level-0 = Уровень 0 · со слов владельца
    .meaning = Сведения указаны вами и ещё не сверены с реестром.
    .next = Чтобы перейти на уровень 1, подтвердите код, отправленный на номер телефона из реестра населения.
level-1 = Уровень 1 · сверено
    .meaning = Ваши сведения совпадают с национальной базой данных о населении.
    .next = Чтобы перейти на уровень 2, подтвердите личность в ближайшем отделении полиции, взяв удостоверение.
level-2 = Уровень 2 · подтверждено лично
    .meaning = Личность подтверждена лично или квалифицированным сертификатом.
    .next = Это самый высокий уровень: вам доступны все услуги.
sign-in-methods = Способы входа
last-used = Последний раз: { $when }
never-used = Ещё не использовался
recent-activity = Последние события
activity-all = Все события
notice-session-ended = На том устройстве выполнен выход.
notice-other-sessions-ended = На всех остальных устройствах выполнен выход.
notice-consent-narrowed = Сохранено. Теперь портал получает только то, что вы выбрали.
notice-consent-withdrawn = Разрешение отозвано. Портал больше не получает ваших сведений.

## Устройства и сеансы
sessions-title = Устройства и сеансы
sessions-lead = Здесь выполнен вход с вашей учётной записью. Если устройство вам незнакомо, завершите сеанс на нём.
session-here = Это устройство
session-times = Вход: { $signed-in } · последнее действие: { $seen }
session-address = Сетевой адрес: { $address }
session-portals = Используются: { $portals }
session-end = Завершить
session-end-others = Выйти на всех остальных устройствах
session-end-others-hint = На этом устройстве вход сохранится.
sessions-only-here = Вход выполнен только на этом устройстве.

## Подключённые порталы
portals-title = Подключённые порталы
portals-lead = Эти порталы получали сведения из вашей учётной записи с вашего разрешения.
portals-empty = Порталов пока нет
portals-empty-next = Когда вы войдёте на портал и разрешите передачу сведений, он появится здесь.
portal-service = Может в системе «{ $service }»
portal-received = Получено
portal-first = Впервые
portal-last = Последний раз
portal-open = Открыть
withdraw = Отозвать
withdraw-title = Отозвать разрешение?
withdraw-what = Портал «{ $portal }» больше не будет получать ваши сведения. При следующем входе ему придётся спросить снова.
withdraw-kept = Полученное ранее портал хранит в соответствии с законом; чтобы удалить эти сведения, обратитесь к порталу.
withdraw-received = Получено: { $claims }.
withdraw-keep = Оставить

## События
activity-title = События
activity-lead = Каждый вход и каждая передача ваших сведений.
activity-empty = Событий пока нет
activity-empty-next = Здесь будут записаны входы и передачи сведений.
pages = Страницы
older = Более ранние
newest = Самые новые
event-signed-in = Вход, способ: { $method }
event-signed-in-at = Вход на портал «{ $portal }», способ: { $method }
event-sign-in-failed = { $times ->
    [1] Неудачная попытка входа
    [one] { $times } неудачная попытка входа
    [few] { $times } неудачные попытки входа
   *[many] { $times } неудачных попыток входа
  }
event-consent-given = Порталу «{ $portal }» разрешено получать: { $claims }
event-consent-denied = Порталу «{ $portal }» отказано в передаче сведений
event-consent-narrowed = Больше не разрешает { $portal } получать: { $claims }
event-consent-withdrawn = Отозвано разрешение портала «{ $portal }»
event-data-released = Портал «{ $portal }» получил: { $claims }
event-device-allowed = Вход на портал «{ $portal }» на другом устройстве
event-device-denied = Другому устройству отказано во входе на портал «{ $portal }»
unusual-new-device = Раньше вы не пользовались этим устройством.
unusual-travel = Незадолго до этого другое ваше устройство использовали в другом месте.
unusual-many-accounts = Из этой сети пробовали идентификаторы многих людей.
unusual-more-asked = Было запрошено второе подтверждение.
event-signed-out = Выход
event-session-ended = Сеанс завершён
event-password-changed = Пароль изменён
event-account-locked = Учётная запись заблокирована
event-account-unlocked = Учётная запись разблокирована
event-access-ended = Доступ портала «{ $portal }» прекращён: есть признаки, что он был скопирован
portal-allowed = Что вы разрешили по отдельным запросам

## Devices that know the citizen
known-title = Знакомые устройства
known-lead = Вы уже входили на них. Неверные пароли, которые другие вводят в других местах, не закроют вам вход на них.
known-used = Последний раз: { $when }.
known-named = На странице входа там показано ваше имя.
known-forget = Забыть
notice-device-forgotten = Это устройство больше вас не знает. Следующий вход на нём будет входом с нового устройства.
event-device-forgotten = Знакомое устройство забыто
shared-title = Что может получать портал
shared-lead = { $portal } может получать то, что отмечено.
shared-hint = То, что вы убрали, больше не передаётся. То, что портал уже получил, остаётся у него.
shared-save = Сохранить
shared-choose = Выбрать, чем делиться
