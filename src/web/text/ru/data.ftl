# Поиск по событиям, мои данные
filter = Фильтр
filter-kind = Вид
filter-everything = Всё
topic-sign-ins = Входы
topic-releases = Переданные сведения
topic-security = Безопасность и учётная запись
filter-portal = Портал
filter-any-portal = Любой портал
filter-from = С
filter-to = По
filter-look = Показать
filter-clear = Показать всё
filter-days-wrong = Даты указаны неверно: нужны день, месяц и год, и первая дата не позже последней.
filter-nothing = Ничего не найдено
filter-nothing-next = Выберите больше дней или покажите всё.
times-zone = Время указано по { $zone }.
not-me-keys = Ваши ключи доступа, карты и другие надёжные способы входа сохранятся до открытия учётной записи.
