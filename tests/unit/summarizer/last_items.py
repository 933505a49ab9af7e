"""One more pair of written meetings, and proposals that were not agreed in these and others."""

from summarizer.schema import Kind
from summarizer.verify import Candidate
from tests.unit.summarizer.true_items import said

LAST: dict[str, list[tuple[Kind, Candidate]]] = {
    "en-last": [
        said(
            "actions", "Helena sends the slides to Marta", 12, owner="Helena", due="on Sunday at the latest"
        ),
        said("actions", "Colin joins the demo for the technical questions", 10, 11, owner="Colin"),
        said("actions", "Yusuf changes the backups to sixty days", 22, 23, owner="Yusuf"),
        said(
            "actions",
            "Yusuf checks the logs of the old test server before it is switched off",
            25,
            owner="Yusuf",
        ),
        said(
            "actions",
            "Helena talks to the lawyer about a contractor agreement",
            28,
            owner="Helena",
            due="this week",
        ),
        said(
            "actions", "Colin takes over the on-call phone from the 20th to the 27th", 33, 34, owner="Colin"
        ),
        said("decisions", "The fix is released on Wednesday at nine in the evening", 4, 6, 7),
        said("decisions", "Marta presents the demo and Colin answers technical questions", 12),
        said("decisions", "The mobile app is left out of the demo", 15),
        said("decisions", "Backups are kept for 60 days for all customers", 22, 23),
        said("bullets", "The login bug was caused by a session cookie that expired after 10 minutes", 2),
        said("bullets", "The cloud bill in September was 14,200, 30 percent more than in August", 16),
        said(
            "bullets",
            "The bill grew because 90 days of nightly backups are kept and the database doubled",
            18,
        ),
        said("bullets", "The contract with Brightwater demands 60 days of backups", 21),
        said("bullets", "The old test server costs 400", 24),
        said("bullets", "Ines could start in November but wants to work from Porto", 26),
        said("bullets", "There has been no good application for the support position", 29, 30),
        said("bullets", "3 people answer 150 tickets a week", 31),
        said("qa", "Can a designer be employed who works from Portugal?", 27),
    ],
    "ru-last": [
        said(
            "actions", "Лариса напишет заводу, что простой выставят им", 9, 10, owner="Лариса", due="сегодня"
        ),
        said(
            "actions",
            "Константин предложит собственнику 550 рублей за метр",
            18,
            19,
            owner="Константин",
            due="завтра",
        ),
        said("actions", "Константин попросит поменять сигнализацию", 23, owner="Константин"),
        said(
            "actions", "Вадим поговорит с бухгалтерией об оплате счёта за аккумуляторы", 34, 35, owner="Вадим"
        ),
        said("decisions", "Ждём сертификат от завода, батарейки не выгружаем", 8, 9),
        said("decisions", "Договор на склад в Твери заключаем на три года", 18, 20, 21),
        said("decisions", "Без сигнализации договор не подписываем", 22),
        said("decisions", "Инвентаризация пройдёт 26 числа с двух часов и 27 весь день", 29),
        said("bullets", "Контейнер задержан в порту, потому что нет сертификата на батарейки", 2),
        said("bullets", "Простой обходится в 16 тысяч в сутки, уже набежало 144 тысячи", 6),
        said("bullets", "Выгрузка батареек стоит 60 тысяч и занимает ещё неделю", 8),
        said("bullets", "Склад в Твери — 2300 метров, 6 ворот, отопление только в половине", 12),
        said(
            "bullets",
            "Коммунальные платежи не входят в цену и составляют около 110 тысяч в месяц зимой",
            13,
            14,
        ),
        said("bullets", "Лекарствам нужно не меньше 15 градусов", 15),
        said("bullets", "В тёплую половину входит 800 паллет, у Гульнары 520", 16),
        said("bullets", "Для инвентаризации нужно 12 человек", 29, 30),
        said("bullets", "Работают только 14 сканеров из 20", 33),
        said("qa", "Кто из офиса станет четвёртым на инвентаризации?", 31, 32),
    ],
}

PROPOSED: dict[str, list[tuple[str, int]]] = {
    "en": [
        ("The app launches with Adyen", 11),
        ("Legal owns the privacy text check", 19),
        ("The full launch is on October 28", 21),
        ("A new payment SDK is added before launch", 14),
    ],
    "ru": [
        ("Убрать отчёты по оборачиваемости", 12),
        ("Добавляем мобильное приложение для инвентаризации", 11),
    ],
    "en-fresh": [
        ("A new oven is bought now", 4),
        ("The bakery signs the Mill Road lease for 5 years", 16),
        ("Tables are put outside the Mill Road shop", 18),
        ("The new employee is paid 12 pounds an hour", 34),
        ("Beatrice trains the new employee in December", 35),
        ("Ravi takes the second of January", 28),
    ],
    "ru-fresh": [
        ("Напоминание отправляется утром в день приёма", 9),
        ("Поверку делает подрядчик из Казани", 13),
        ("Трубку меняем этим летом", 18),
        ("Старые снимки переносим на ленту", 31),
        ("Пациент подписывает форму при каждом визите", 26),
        ("Первого января дежурит Лебедев", 22),
    ],
    "en-last": [
        ("Backups are kept for 30 days", 19),
        ("The old test server is switched off", 24),
        ("The mobile app is shown in the demo", 13),
        ("Ines is hired and works from Porto", 26),
        ("Another person is hired for support", 31),
    ],
    "ru-last": [
        ("Батарейки выгружаем, остальное забираем", 7),
        ("Договор на склад заключаем на пять лет", 19),
        ("Инвентаризация пройдёт тридцатого и тридцать первого", 25),
        ("Приёмка машин двадцать шестого останавливается", 26),
    ],
}
