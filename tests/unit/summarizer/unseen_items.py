"""Another pair of written meetings, and true statements about them."""

from summarizer.schema import Kind
from summarizer.verify import Candidate
from tests.unit.summarizer.true_items import said

UNSEEN: dict[str, list[tuple[Kind, Candidate]]] = {
    "en-unseen": [
        said("actions", "Liam will book the second bus", 6, 7, owner="Liam", due="tomorrow morning"),
        said("actions", "Grace will ask for more adults in the staff meeting", 10, owner="Grace"),
        said(
            "actions",
            "Samuel will report the damage to the insurance",
            18,
            19,
            owner="Samuel",
            due="on Friday",
        ),
        said("actions", "Samuel adds the gutter cleaning to the maintenance plan", 24, 25, owner="Samuel"),
        said(
            "actions", "Liam picks up Ingrid Holm at the station at a quarter past nine", 29, 30, owner="Liam"
        ),
        said("actions", "Nadia asks Harbour Books about the book fair", 33, 34, owner="Nadia"),
        said("decisions", "A second bus is booked so that no child has to stay at home", 6),
        said("decisions", "The gutter is cleaned every April and October", 24, 25),
        said("bullets", "62 children signed up for the trip, but the bus takes only 53", 2),
        said("bullets", "The second bus costs 480 euros and the first one 720", 4),
        said("bullets", "Parents have paid 35 euros each", 5),
        said("bullets", "7 adults are needed and 5 have agreed so far", 9),
        said("bullets", "The leak comes from a blocked gutter on the north side, not from the tiles", 13),
        said("bullets", "About 200 books were lost, mostly atlases", 15),
        said(
            "bullets", "The repair was quoted at 3,200 euros, of which insurance pays what is above 500", 17
        ),
        said("bullets", "Tablets are not bought instead of the atlases for now", 20, 21),
        said(
            "bullets", "Reading week begins on 3 March, and the author Ingrid Holm comes on the Wednesday", 27
        ),
        said("bullets", "The author takes no fee, only the train for about 90 euros", 27, 29),
        said("qa", "Should the shop that wants 12 percent of the sales be accepted?", 31, 33),
    ],
    "ru-unseen": [
        said(
            "actions", "Пётр позвонит собственнику и уточнит дату заезда", 8, 9, owner="Пётр", due="сегодня"
        ),
        said("actions", "Пётр пришлёт смету на новую мебель", 11, 12, owner="Пётр", due="до среды"),
        said("actions", "Макс загрузит новые баннеры", 17, 18, owner="Макс", due="завтра"),
        said(
            "actions", "Макс подготовит отчёт по рекламным каналам", 19, 20, owner="Макс", due="к двадцатому"
        ),
        said("actions", "Юлия напишет Марку", 31, owner="Юлия", due="завтра"),
        said("decisions", "Офис переезжает на Садовую, если пустят с 1 июня", 8),
        said("decisions", "Бюджет на рекламу не увеличивается и остаётся 900 тысяч", 21, 22, 24),
        said("decisions", "Стажёром берут Марка", 27, 28),
        said("bullets", "Помещение на Лесной — 180 метров за 420 тысяч в месяц", 2),
        said("bullets", "Помещение в промзоне стоит 290 тысяч, но до метро 25 минут пешком", 4),
        said("bullets", "На Садовой 4 переговорных, на Лесной только одна", 6),
        said("bullets", "Депозит на Садовой составляет миллион рублей за 2 месяца", 7),
        said("bullets", "За квартал на рекламу потратили 1,1 миллиона и получили 340 заявок", 14),
        said("bullets", "Заявка подорожала с 2600 до 3200 рублей", 14),
        said("bullets", "Новые баннеры были готовы в понедельник, но их никто не загрузил", 17),
        said("bullets", "Из 7 кандидатов на стажировку двое хороших", 25),
        said("bullets", "Марк может работать только 20 часов в неделю", 25),
        said("bullets", "Марк просит 45 тысяч", 28, 29),
        said("bullets", "Свободного ноутбука нет, есть один старый на складе", 31, 32),
        said("qa", "Перевозить старую мебель или покупать новую?", 10, 11),
    ],
}
