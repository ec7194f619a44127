"""Invented archives of a few articles, the first of which states no date, and the day on which that one was written.

In half of them what offers itself is a trap: another week, another year, another meeting of the same people. The persons are
office-holders whose terms the tables know; what they do here is invented, but for the days of some meetings.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Article:
    """An article; ``published`` is its stated day, null for none."""

    text: str
    published: str | None = None
    agency: str | None = None


@dataclasses.dataclass(frozen=True)
class Archive:
    """``written`` is the day on which the first article was written; ``is_dated``: the others prove it."""

    name: str
    written: str
    is_dated: bool
    articles: tuple[Article, ...]


def _archive(name: str, written: str, is_dated: bool, *articles: Article) -> Archive:
    return Archive(name, written, is_dated, articles)


KOREA = "Secretary of State Antony Blinken, Defense Secretary Lloyd Austin, South Korean Foreign Minister Chung Eui-yong and South Korean Defense Minister Suh Wook"
JAPAN = "U.S. Secretary of State John Kerry, U.S. Defense Secretary Chuck Hagel, Japanese Foreign Minister Fumio Kishida and Japanese Defense Minister Itsunori Onodera"
INDIA = "U.S. Secretary of State Mike Pompeo, U.S. Defense Secretary James Mattis, Indian Foreign Minister Sushma Swaraj and Indian Defence Minister Nirmala Sitharaman"
TOKYO17 = "U.S. Secretary of State Rex Tillerson, U.S. Defense Secretary James Mattis, Japanese Foreign Minister Taro Kono and Japanese Defense Minister Itsunori Onodera"
AUSTRALIA = "U.S. Secretary of State Mike Pompeo, Australian Foreign Minister Marise Payne and Australian Defence Minister Linda Reynolds"

SEOUL = Article(
    f"{KOREA} met in Seoul on Thursday, March 18, 2021. They signed a paper on the cost of the troops."
)
TOKYO = Article(
    f"{JAPAN} held talks in Tokyo on Thursday, October 3, 2013. They agreed on new radars."
)
DELHI = Article(f"{INDIA} held talks in New Delhi on September 6, 2018. They signed an agreement.")
WASHINGTON = Article(
    f"{TOKYO17} met in Washington on Thursday, August 17, 2017. They spoke of missiles."
)
CANBERRA = Article(
    f"{AUSTRALIA} met in Washington on Tuesday, July 28, 2020. They spoke of the sea lanes."
)

ARCHIVES = (
    # ------------------------------------------------------------------------------------ what is proved
    _archive(
        "announced for Thursday by an agency on Wednesday", "2021-03-17", True,
        Article(f"Defense Secretary Lloyd Austin said on Wednesday that the alliance was strong. {KOREA} will meet in Seoul on Thursday.", agency="Yonhap"),
        SEOUL,
    ),
    _archive(
        "announced for Thursday, without another word of time", "2021-03-16", True,
        Article(f"The drills go on. {KOREA} will hold a meeting in Seoul on Thursday."),
        SEOUL,
    ),
    _archive(
        "told on the day", "2021-03-18", True,
        Article(f"{KOREA} met in Seoul on Thursday. The ministers said on Thursday that the drills would go on."),
        SEOUL,
    ),
    _archive(
        "told days later", "2021-03-21", True,
        Article(f"The peninsula is quiet again. {KOREA} met in Seoul on Thursday. On Saturday the troops went home."),
        SEOUL,
    ),
    _archive(
        "the other article is dated by its publication", "2021-03-17", True,
        Article(f"The drills go on. {KOREA} will hold talks in Seoul on Thursday."),
        Article(f"{KOREA} met in Seoul on Thursday. They signed a paper.", "2021-03-18"),
    ),
    _archive(
        "the other article announces it", "2021-03-18", True,
        Article(f"{KOREA} held talks in Seoul on Thursday. It rained."),
        Article(f"{KOREA} will meet in Seoul on Thursday. Nobody knows what of.", "2021-03-15"),
    ),
    _archive(
        "a newspaper of the next day", "2013-10-04", True,
        Article(f"Japan gets new radars. {JAPAN} held talks in Tokyo on Thursday."),
        TOKYO,
    ),
    _archive(
        "two articles agree", "2013-10-03", True,
        Article(f"{JAPAN} held talks in Tokyo on Thursday. They agreed on radars."),
        TOKYO,
        Article(f"{JAPAN} met in Tokyo on October 3, 2013. They agreed on radars, officials said."),
    ),
    _archive(
        "three of four persons are named", "2013-10-02", True,
        Article("U.S. Secretary of State John Kerry, Japanese Foreign Minister Fumio Kishida and Japanese Defense Minister Itsunori Onodera will meet in Tokyo on Thursday. Radars are on their list."),
        TOKYO,
    ),
    _archive(
        "the third person stands elsewhere in the article", "2013-10-02", True,
        Article("U.S. Secretary of State John Kerry and U.S. Defense Secretary Chuck Hagel will meet Japanese ministers in Tokyo on Thursday. Japanese Defense Minister Itsunori Onodera wants radars."),
        TOKYO,
    ),
    _archive(
        "in September", "2018-09-05", True,
        Article(f"India buys aircraft. {INDIA} will hold talks in New Delhi on Thursday."),
        DELHI,
    ),
    _archive(
        "with a Friday to come", "2018-09-06", True,
        Article(f"{INDIA} held talks in New Delhi on Thursday. Mattis will fly to Kabul on Friday."),
        DELHI,
    ),
    _archive(
        "a meeting of another week among others", "2018-09-06", True,
        Article(f"{INDIA} held talks in New Delhi on Thursday. They signed an agreement."),
        DELHI,
        Article("Russian Foreign Minister Sergei Lavrov, Indian Foreign Minister Sushma Swaraj and Indian Defence Minister Nirmala Sitharaman met in Moscow on Thursday, September 13, 2018. They spoke of missiles."),
    ),
    _archive(
        "in Washington", "2017-08-16", True,
        Article(f"Missiles worry Japan. {TOKYO17} will meet in Washington on Thursday."),
        WASHINGTON,
    ),
    _archive(
        "with a year told as past before it", "2017-08-17", True,
        Article(f"{TOKYO17} met in Washington on Thursday. North Korea had tested missiles in 2016."),
        WASHINGTON,
    ),
    _archive(
        "on a Tuesday", "2020-07-28", True,
        Article(f"{AUSTRALIA} held talks in Washington on Tuesday. They spoke of the sea lanes."),
        CANBERRA,
    ),
    _archive(
        "the same first sentence as a dated article", "2021-06-10", True,
        Article("Kenyan police arrested twelve leaders of the opposition in the port of Mombasa on Wednesday after a night of protests. Shops were closed."),
        Article("Kenyan police arrested twelve leaders of the opposition in the port of Mombasa on Wednesday after a night of protests. Markets stayed open.", "2021-06-10"),
    ),
    _archive(
        "two sentences of a dated article", "2021-06-11", True,
        Article("It was a long week. Kenyan police arrested twelve leaders of the opposition in the port of Mombasa on Wednesday after a night of protests. Ugandan troops killed nine rebels in the hills near the border with Congo on Thursday, the army said."),
        Article("Kenyan police arrested twelve leaders of the opposition in the port of Mombasa on Wednesday after a night of protests. Ugandan troops killed nine rebels in the hills near the border with Congo on Thursday, the army said.", "2021-06-11"),
    ),
    _archive(
        "a copy with another end", "2021-06-10", True,
        Article("French President Emmanuel Macron met the German president in Paris on Thursday and promised him help with the floods. He will fly to Rome on Friday."),
        Article("French President Emmanuel Macron met the German president in Paris on Thursday and promised him help with the floods. The rivers rise.", "2021-06-10"),
    ),
    _archive(
        "meeting on Wednesday and Thursday", "2021-03-17", True,
        Article("While in Seoul, Secretary of State Antony Blinken and Defense Secretary Lloyd Austin will meet their South Korean counterparts for talks on Wednesday and hold a joint meeting on Thursday. South Korean Defense Minister Suh Wook thanked them at a news conference earlier on Wednesday."),
        SEOUL,
    ),
    # ------------------------------------------------------------------------------------ traps
    _archive(
        "alone", "2021-03-17", False,
        Article(f"{KOREA} will meet in Seoul on Thursday. The drills go on."),
    ),
    _archive(
        "two Thursdays of the same four", "2021-10-21", False,
        Article(f"{KOREA} met in Seoul on Thursday. The drills go on."),
        SEOUL,
        Article(f"{KOREA} met in Seoul on Thursday, October 21, 2021. They spoke of ships."),
    ),
    _archive(
        "another weekday", "2021-03-17", False,
        Article(f"{KOREA} will meet in Seoul on Friday. The drills go on."),
        SEOUL,
    ),
    _archive(
        "the article tells of both times itself", "2021-10-21", False,
        Article(f"{KOREA} met in Seoul on Thursday. {KOREA} had met in Seoul on March 18, 2021, too."),
        SEOUL,
    ),
    _archive(
        "praised a week later", "2021-03-25", False,
        Article(f"President Joe Biden on Thursday praised the meeting of {KOREA} in Seoul. The drills go on."),
        SEOUL,
    ),
    _archive(
        "remembered years later", "2024-03-21", False,
        Article(f"The meeting of {KOREA} in Seoul was remembered on Thursday. Veterans laid wreaths."),
        SEOUL,
    ),
    _archive(
        "said of a meeting to come", "2021-03-11", False,
        Article(f"A spokesman said on Thursday that {KOREA} would hold a meeting in Seoul. He gave no day."),
        SEOUL,
    ),
    _archive(
        "the evidence is of what was said a week later", "2021-03-18", False,
        Article(f"{KOREA} met in Seoul on Thursday. They signed a paper."),
        Article(f"President Joe Biden praised the meeting of {KOREA} in Seoul on Thursday, March 25, 2021. It was a statement."),
    ),
    _archive(
        "arrived the day before", "2021-03-19", False,
        Article(f"{KOREA} arrived in Seoul on Thursday for talks. It rained."),
        SEOUL,
    ),
    _archive(
        "a court rules on those who disturbed it", "2021-04-22", False,
        Article(f"A court in Seoul sentenced on Thursday a man who threw paint when {KOREA} met there. He will appeal."),
        SEOUL,
    ),
    _archive(
        "a paper recalls it beside another meeting", "2021-06-17", False,
        Article(f"President Joe Biden met senators in Washington on Thursday and told them of the talks of {KOREA} in Seoul. They were long."),
        SEOUL,
    ),
    _archive(
        "the second Thursday of the evidence is the reporter's", "2021-03-18", False,
        Article(f"{KOREA} met in Seoul on Thursday. They signed a paper."),
        Article(f"{KOREA} met in Seoul, the agency said on Thursday. They signed a paper.", "2021-03-25"),
    ),
    _archive(
        "a telephone call", "2021-09-09", False,
        Article(f"{KOREA} spoke by telephone on Thursday about a meeting in Seoul. They gave no day."),
        SEOUL,
    ),
    _archive(
        "a report on the talks", "2021-04-15", False,
        Article(f"The ministry published a report on Thursday about the talks that {KOREA} had in Seoul. It has forty pages."),
        SEOUL,
    ),
    _archive(
        "a photograph of the meeting", "2021-05-06", False,
        Article(f"A photograph of the meeting of {KOREA} in Seoul was sold on Thursday. A museum bought it."),
        SEOUL,
    ),
    _archive(
        "protested against the talks", "2021-03-11", False,
        Article(f"Students marched in Seoul on Thursday against the talks of {KOREA}. It rained."),
        SEOUL,
    ),
    _archive(
        "talks that begin", "2021-03-18", True,
        Article(f"Talks between {KOREA} began in Seoul on Thursday. The drills go on."),
        SEOUL,
    ),
    _archive(
        "again, a week later", "2021-03-25", False,
        Article(f"{KOREA} met again in Seoul on Thursday. The drills go on."),
        SEOUL,
    ),
    _archive(
        "their second meeting", "2021-10-21", False,
        Article(f"{KOREA} held their second meeting of the year in Seoul on Thursday. The drills go on."),
        SEOUL,
    ),
    _archive(
        "said late on Wednesday by an agency", "2021-03-18", True,
        Article(f"Defense Secretary Lloyd Austin said late on Wednesday that the alliance was strong. {KOREA} will meet in Seoul on Thursday.", agency="Yonhap"),
        SEOUL,
    ),
    _archive(
        "other offices: Kono as defence minister", "2020-01-16", False,
        Article("U.S. Secretary of State Mike Pompeo, Japanese Foreign Minister Toshimitsu Motegi and Japanese Defense Minister Taro Kono met in Washington on Thursday. They spoke of missiles."),
        WASHINGTON,
    ),
    _archive(
        "a weekly meeting", "2021-05-20", False,
        Article(f"{KOREA} held their weekly meeting by video in Seoul on Thursday. The drills go on."),
        SEOUL,
    ),
    _archive(
        "every Thursday", "2021-05-20", False,
        Article(f"{KOREA} meet in Seoul every Thursday. The drills go on."),
        SEOUL,
    ),
    _archive(
        "regular consultations", "2013-11-14", False,
        Article(f"{JAPAN} met in Tokyo on Thursday for their regular talks. Radars were on their list."),
        TOKYO,
    ),
    _archive(
        "an anniversary", "2022-03-17", False,
        Article(f"A year ago the allies signed a paper in Seoul. The ministers of today will mark it on Thursday. {KOREA} had met in Seoul on March 18, 2021."),
        SEOUL,
    ),
    _archive(
        "an anniversary with a weekday of its own", "2022-03-18", False,
        Article(f"Veterans marched in Seoul on Friday to mark a year since {KOREA} met there in March 2021. It rained on Thursday."),
        SEOUL,
    ),
    _archive(
        "a quotation of an older article", "2022-01-10", False,
        Article(f"Historians like old papers. \"{KOREA} will meet in Seoul on Thursday,\" one of them wrote. Prices rose on Monday."),
        SEOUL,
    ),
    _archive(
        "a quotation told as quotation", "2023-04-11", False,
        Article(f"The archive was opened. “{KOREA} met in Seoul on Thursday,” said the page that was shown on Tuesday, April 11, 2023."),
        SEOUL,
    ),
    _archive(
        "a later year in the text", "2022-04-14", False,
        Article(f"{KOREA} met in Seoul on Thursday. They remembered the storm that struck the island on February 2, 2022."),
        SEOUL,
    ),
    _archive(
        "another place", "2021-11-18", False,
        Article(f"{KOREA} met in Washington on Thursday. The drills go on."),
        SEOUL,
    ),
    _archive(
        "no place", "2021-11-18", False,
        Article(f"{KOREA} will talk by telephone on Thursday. The drills go on."),
        SEOUL,
    ),
    _archive(
        "two persons only", "2021-12-02", False,
        Article("Defense Secretary Lloyd Austin and South Korean Defense Minister Suh Wook met in Seoul on Thursday. They spoke of the drills."),
        SEOUL,
    ),
    _archive(
        "colleagues of one country", "2021-07-15", False,
        Article("Secretary of State Antony Blinken and Defense Secretary Lloyd Austin met President Joe Biden in Washington on Thursday. They spoke of Seoul."),
        Article("Secretary of State Antony Blinken, Defense Secretary Lloyd Austin and President Joe Biden met in Washington on Thursday, March 11, 2021. They spoke of the budget."),
    ),
    _archive(
        "long in office: ten years of Thursdays", "2015-07-09", False,
        Article("U.S. Secretary of State John Kerry, Russian Foreign Minister Sergei Lavrov and Iranian Foreign Minister Mohammad Javad Zarif held talks in Vienna on Thursday. The night was long."),
        Article("U.S. Secretary of State John Kerry, Russian Foreign Minister Sergei Lavrov and Iranian Foreign Minister Mohammad Javad Zarif held talks in Vienna on Thursday, November 20, 2014. The night was long."),
    ),
    _archive(
        "unknown persons", "2019-05-09", False,
        Article("Kenyan bishop Paul Odhiambo, Ugandan bishop Peter Okello and Tanzanian bishop John Mushi met in Arusha on Thursday. They prayed."),
        Article("Kenyan bishop Paul Odhiambo, Ugandan bishop Peter Okello and Tanzanian bishop John Mushi met in Arusha on Thursday, June 14, 2018. They prayed."),
    ),
    _archive(
        "twice within their term: another weekday known", "2019-08-04", False,
        Article(f"{AUSTRALIA} met in Sydney on Sunday. They spoke of the sea lanes."),
        CANBERRA,
    ),
    _archive(
        "twice within their term: the same place and weekday", "2020-12-08", False,
        Article(f"{AUSTRALIA} met in Washington on Tuesday. They spoke of submarines."),
        CANBERRA,
        Article(f"{AUSTRALIA} met in Washington on December 8, 2020. They spoke of submarines."),
    ),
    _archive(
        "contradicting weekdays", "2021-03-20", False,
        Article(f"Austin said on Saturday that he was glad. {KOREA} will meet in Seoul on Thursday. {KOREA} met in Seoul on Monday.", agency="Yonhap"),
        SEOUL,
        Article(f"{KOREA} met in Seoul on Monday, May 10, 2021. It was their last meeting."),
    ),
    _archive(
        "a Thursday of a week told before", "2021-05-03", False,
        Article(f"In March the allies spoke of little else. On the Thursday {KOREA} met in Seoul. Prices rose on Monday."),
        SEOUL,
    ),
    _archive(
        "last Thursday", "2021-03-22", False,
        Article(f"{KOREA} met in Seoul last Thursday. The drills go on."),
        SEOUL,
    ),
    _archive(
        "a range and two days in the evidence", "2021-03-24", False,
        Article(f"{KOREA} met in Seoul on Thursday. The drills go on."),
        Article(f"{KOREA} met in Seoul on March 18, 2021, and again on March 25, 2021. It rained."),
    ),
    _archive(
        "a former minister tells of it", "2023-06-15", False,
        Article("Former Secretary of State Antony Blinken, former Defense Secretary Lloyd Austin and former South Korean Defense Minister Suh Wook met in Seoul on Thursday. They played golf."),
        SEOUL,
    ),
    _archive(
        "the evidence has a date that is inferred itself", "2021-03-17", False,
        Article(f"{KOREA} will meet in Seoul on Thursday. The drills go on."),
        Article(f"{KOREA} met in Seoul on Thursday. They signed a paper."),
    ),
    _archive(
        "one sentence of background in common", "2021-06-28", False,
        Article("Traders in Nairobi closed their shops. On Monday the court met again. Kenyan police arrested twelve leaders of the opposition in the port of Mombasa on Wednesday after a night of protests."),
        Article("Prices rose in Kenya. Kenyan police arrested twelve leaders of the opposition in the port of Mombasa on Wednesday after a night of protests.", "2021-06-10"),
    ),
    _archive(
        "the same sentence in two weeks", "2021-07-08", False,
        Article("Kenyan police arrested twelve members of the opposition party in the port of Mombasa on Wednesday, a spokesman said. It was hot."),
        Article("Kenyan police arrested twelve members of the opposition party in the port of Mombasa on Wednesday, a spokesman said. It was cold.", "2021-06-10"),
        Article("Kenyan police arrested twelve members of the opposition party in the port of Mombasa on Wednesday, a spokesman said. It was wet.", "2021-07-08"),
    ),
    _archive(
        "a short sentence in common", "2021-08-12", False,
        Article("The Kenyan president met the opposition leader on Wednesday. Shops were closed."),
        Article("The Kenyan president met the opposition leader on Wednesday. Shops were open.", "2021-06-10"),
    ),
    _archive(
        "a table of the week", "2021-08-12", False,
        Article(f"{KOREA} have meetings in Seoul on Mondays, Wednesdays and Thursdays. The drills go on."),
        SEOUL,
    ),
    # ------------------------------------------------------------------------------------ written last, without a look at the rules
    _archive(
        "persons sentence by sentence", "2018-09-06", True,
        Article("U.S. Secretary of State Mike Pompeo and U.S. Defense Secretary James Mattis met their Indian counterparts in New Delhi on Thursday. Indian Foreign Minister Sushma Swaraj called the day historic."),
        DELHI,
    ),
    _archive(
        "a dateline of New Delhi", "2018-09-05", True,
        Article("Mattis will land tonight. U.S. Secretary of State Mike Pompeo and U.S. Defense Secretary James Mattis will meet Indian Foreign Minister Sushma Swaraj in New Delhi on Thursday."),
        DELHI,
    ),
    _archive(
        "a Monday of the same week told as past", "2018-09-06", True,
        Article(f"{INDIA} held talks in New Delhi on Thursday. Protesters had burned a flag on Monday."),
        DELHI,
    ),
    _archive(
        "negotiations", "2017-08-18", True,
        Article(f"Japan will buy missiles. {TOKYO17} held negotiations in Washington on Thursday."),
        WASHINGTON,
    ),
    _archive(
        "another year, another secretary", "2019-12-18", False,
        Article("U.S. Secretary of State Mike Pompeo, U.S. Defense Secretary Mark Esper, Indian Foreign Minister Subrahmanyam Jaishankar and Indian Defence Minister Rajnath Singh held talks in Washington on Wednesday. They spoke of trade."),
        DELHI,
        Article("U.S. Secretary of State Mike Pompeo, U.S. Defense Secretary Mark Esper, Indian Foreign Minister Subrahmanyam Jaishankar and Indian Defence Minister Rajnath Singh held talks in New Delhi on Tuesday, October 27, 2020. They spoke of maps."),
    ),
    _archive(
        "a cancelled meeting", "2018-07-04", False,
        Article(f"The meeting of {INDIA} in New Delhi that was planned for Thursday was cancelled. Nobody said why."),
        DELHI,
    ),
    _archive(
        "if they meet", "2018-06-28", False,
        Article(f"Traders would be glad if {INDIA} met in New Delhi. Shares fell on Thursday."),
        DELHI,
    ),
    _archive(
        "a film about it", "2019-11-14", False,
        Article(f"A film that shows how {INDIA} met in New Delhi opened on Thursday. It lasts two hours."),
        DELHI,
    ),
    _archive(
        "one of them travelled alone", "2018-10-04", False,
        Article("U.S. Secretary of State Mike Pompeo met Indian Foreign Minister Sushma Swaraj in New Delhi on Thursday. Indian Defence Minister Nirmala Sitharaman was in Moscow."),
        DELHI,
    ),
    _archive(
        "the other article is of the week after and says last Thursday", "2018-09-06", True,
        Article(f"{INDIA} held talks in New Delhi on Thursday. They signed an agreement."),
        Article(f"{INDIA} held talks in New Delhi last Thursday. They signed an agreement.", "2018-09-11"),
    ),
    _archive(
        "the other article is of the year after and counts years", "2019-09-05", False,
        Article("Relations have cooled. Pompeo met Swaraj in New York on Thursday."),
        Article(f"{INDIA} held talks in New Delhi a year ago. They signed an agreement.", "2019-09-06"),
    ),
    _archive(
        "a list of engagements", "2018-08-30", False,
        Article("Engagements of the week: Monday, U.S. Secretary of State Mike Pompeo; Tuesday, U.S. Defense Secretary James Mattis; Thursday, Indian Foreign Minister Sushma Swaraj and a meeting of Indian Defence Minister Nirmala Sitharaman in New Delhi."),
        DELHI,
    ),
    _archive(
        "the evidence is a correction", "2018-09-13", False,
        Article(f"{INDIA} did not meet in New Delhi on Thursday. The paper regrets the error."),
        DELHI,
    ),
    _archive(
        "the lead tells of another Thursday", "2018-09-14", False,
        Article("Mattis said on Friday that he was tired. The troops will march on Thursday. A new round of talks follows in winter, after the one that brought Pompeo, Mattis, Swaraj and Sitharaman to New Delhi."),
        DELHI,
    ),
    _archive(
        "a Thursday in Delhi under former ministers", "2022-02-10", False,
        Article("Former U.S. Secretary of State Mike Pompeo, former U.S. Defense Secretary James Mattis and former Indian Defence Minister Nirmala Sitharaman held talks in New Delhi on Thursday. They wrote a book."),
        DELHI,
    ),
    _archive(
        "the same sentence as an older article that is quoted whole", "2022-09-06", False,
        Article("What we wrote then. \"Kenyan police arrested twelve leaders of the opposition in the port of Mombasa on Wednesday after a night of protests.\" It reads like today."),
        Article("Kenyan police arrested twelve leaders of the opposition in the port of Mombasa on Wednesday after a night of protests. Shops were closed.", "2021-06-10"),
    ),
    # ------------------------------------------------------------------------------------ a third batch, the same way
    _archive(
        "a book tells", "2020-10-08", False,
        Article("In his book, out on Thursday, the spokesman tells how U.S. Secretary of State Rex Tillerson, U.S. Defense Secretary James Mattis and Japanese Foreign Minister Taro Kono met in Washington."),
        WASHINGTON,
    ),
    _archive(
        "a shadow play", "2017-10-12", False,
        Article("Actors playing U.S. Secretary of State Rex Tillerson, U.S. Defense Secretary James Mattis and Japanese Foreign Minister Taro Kono met on a stage in Washington on Thursday night. The house was full."),
        WASHINGTON,
    ),
    _archive(
        "envoys of the ministers", "2017-11-16", False,
        Article("Envoys of U.S. Secretary of State Rex Tillerson, U.S. Defense Secretary James Mattis and Japanese Foreign Minister Taro Kono met in Washington on Thursday. They had coffee."),
        WASHINGTON,
    ),
    _archive(
        "hoped to meet", "2017-09-14", False,
        Article(f"{TOKYO17} had hoped to meet in Washington on Thursday. A storm kept them at home."),
        WASHINGTON,
    ),
    _archive(
        "were to meet", "2017-09-14", False,
        Article(f"{TOKYO17} were to meet in Washington on Thursday, but the storm kept them apart. Flights were late."),
        WASHINGTON,
    ),
    _archive(
        "a demand", "2017-07-20", False,
        Article(f"The paper demanded that {TOKYO17} meet in Washington by Thursday. Nobody answered."),
        WASHINGTON,
    ),
    _archive(
        "refused", "2018-01-11", False,
        Article(f"{TOKYO17} refused to hold talks in Washington on Thursday. They gave no reason."),
        WASHINGTON,
    ),
    _archive(
        "ahead of their meeting", "2017-08-10", False,
        Article(f"Shares rose in Washington on Thursday ahead of the meeting of {TOKYO17}. Gold fell."),
        WASHINGTON,
    ),
    _archive(
        "days after their meeting", "2017-08-24", False,
        Article(f"North Korea fired a missile on Thursday, days after {TOKYO17} met in Washington. It fell into the sea."),
        WASHINGTON,
    ),
    _archive(
        "a year on", "2018-08-16", False,
        Article(f"A year after {TOKYO17} held talks in Washington, the radars arrived on Thursday. They are grey."),
        WASHINGTON,
    ),
    _archive(
        "a vote after the talks", "2017-10-19", False,
        Article(f"After talks with {TOKYO17} in Washington, the committee voted on Thursday. It took an hour."),
        WASHINGTON,
    ),
    _archive(
        "evidence that was put off", "2017-08-10", False,
        Article(f"{TOKYO17} met in Washington on Thursday. They spoke of missiles."),
        Article(f"{TOKYO17} will not meet in Washington on Thursday, August 17, 2017. They have met before."),
    ),
    _archive(
        "told plainly", "2017-08-17", True,
        Article(f"{TOKYO17} sat down for talks in Washington on Thursday. Officials said on Thursday that it went well."),
        WASHINGTON,
    ),
    _archive(
        "announced plainly", "2017-08-15", True,
        Article(f"The State Department announced the visit. On Thursday, {TOKYO17} will meet in Washington."),
        WASHINGTON,
    ),
)  # fmt: skip
