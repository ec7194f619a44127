"""News agencies by the names under which they sign."""

from __future__ import annotations

import re

AGENCIES: dict[str, str] = {
    # as signed, folded to letters and digits: as we name it
    "ap": "AP", "associatedpress": "AP", "theassociatedpress": "AP", "afp": "AFP", "agencefrancepresse": "AFP",
    "reuters": "Reuters", "thomsonreuters": "Reuters", "thomsonreutersfoundation": "Thomson Reuters Foundation",
    "upi": "UPI", "dpa": "dpa", "xinhua": "Xinhua", "efe": "EFE", "ansa": "ANSA", "tass": "TASS", "itartass": "TASS",
    "interfax": "Interfax", "rianovosti": "RIA Novosti", "ria": "RIA Novosti", "sputnik": "Sputnik",
    "yonhap": "Yonhap", "kyodo": "Kyodo", "kyodonews": "Kyodo", "jiji": "Jiji", "jijipress": "Jiji", "kcna": "KCNA",
    "pti": "PTI", "ani": "ANI", "uni": "UNI", "ians": "IANS", "kns": "KNS", "kno": "KNO", "gns": "GNS",
    "app": "APP", "ppi": "PPI", "inp": "INP", "nni": "NNI", "online": "Online", "bss": "BSS", "unb": "UNB",
    "rss": "RSS", "bernama": "Bernama", "antara": "Antara", "vna": "VNA", "pna": "PNA", "tna": "TNA", "cna": "CNA",
    "focustaiwan": "CNA", "mna": "MNA", "tap": "TAP", "aps": "APS", "map": "MAP", "mena": "MENA", "suna": "SUNA",
    "lana": "LANA", "wam": "WAM", "spa": "SPA", "qna": "QNA", "kuna": "KUNA", "bna": "BNA", "ona": "ONA",
    "petra": "Petra", "nna": "NNA", "sana": "SANA", "ina": "INA", "saba": "Saba", "wafa": "WAFA", "maan": "Ma'an",
    "irna": "IRNA", "isna": "ISNA", "fna": "Fars", "fars": "Fars", "mehr": "Mehr", "tasnim": "Tasnim",
    "aa": "Anadolu", "anadolu": "Anadolu", "anadoluagency": "Anadolu", "dha": "DHA", "iha": "IHA",
    "azertac": "Azertac", "trend": "Trend", "apa": "APA", "turan": "Turan", "armenpress": "Armenpress",
    "panarmenian": "PanARMENIAN", "interpressnews": "InterPressNews", "kazinform": "Kazinform", "kabar": "Kabar",
    "akipress": "AKIpress", "uza": "UzA", "montsame": "MONTSAME", "ukrinform": "Ukrinform", "unian": "UNIAN",
    "belta": "BelTA", "pap": "PAP", "ctk": "CTK", "tasr": "TASR", "sita": "SITA", "mti": "MTI", "agerpres": "Agerpres",
    "bta": "BTA", "sta": "STA", "hina": "HINA", "tanjug": "Tanjug", "beta": "Beta", "fena": "FENA", "mia": "MIA",
    "ata": "ATA", "lusa": "Lusa", "belga": "Belga", "anp": "ANP", "ntb": "NTB", "tt": "TT", "ritzau": "Ritzau",
    "stt": "STT", "bns": "BNS", "leta": "LETA", "elta": "ELTA", "sda": "SDA", "swissinfo": "Swissinfo", "agi": "AGI",
    "adnkronos": "Adnkronos", "europapress": "Europa Press", "pa": "PA", "pressassociation": "PA", "aap": "AAP",
    "nzpa": "NZPA", "cp": "CP", "thecanadianpress": "CP", "canadianpress": "CP", "notimex": "Notimex",
    "prensalatina": "Prensa Latina", "telam": "Telam", "na": "NA", "andina": "Andina", "agenciabrasil": "Agencia Brasil",
    "abr": "Agencia Brasil", "avn": "AVN", "acn": "ACN", "bloomberg": "Bloomberg", "ips": "IPS",
    "interpressservice": "IPS", "irin": "IRIN", "pana": "PANA", "nan": "NAN", "gna": "GNA", "ena": "ENA",
    "sapa": "SAPA", "ana": "ANA", "angop": "Angop", "aim": "AIM", "zis": "ZIS", "newziana": "New Ziana",
    "nampa": "Nampa", "bopa": "BOPA", "apanews": "APA News", "prnewswire": "PR Newswire",
    "businesswire": "Business Wire", "globenewswire": "GlobeNewswire", "accesswire": "Accesswire",
    "cnn": "CNN", "bbc": "BBC", "caj news": "CAJ News", "cajnews": "CAJ News", "unwraponline": "unWrap.online",
    "albawaba": "Al Bawaba", "ipsunbureau": "IPS",
}  # fmt: skip
_FOLD = re.compile(r"[^a-z0-9]+")
_NOISE = re.compile(
    r"^(?:with\s+(?:additional\s+)?(?:inputs?|reporting|reports|files?|agencies)?\s*(?:from|by)?\s*|source\s*:\s*|"
    r"credit\s*:\s*|from\s+|additional\s+reporting\s+by\s+|input\s+from\s+)|\s+(?:news\s+agency|photo)$",
    re.IGNORECASE,
)


def agency(text: str) -> str | None:
    """Return the agency that ``text`` (``(Yonhap)``, ``Source: SPA``, ``AFP/Reuters``) names, or ``None``.

    Of several joined by a slash, comma or ``and`` the first is given, provided that all are agencies.
    """
    inner = _NOISE.sub("", text.strip(" ()[]/.-–—|\t"))
    parts = [p for p in re.split(r"\s*[/,&|]\s*|\s+and\s+|\s*-\s*", inner) if p]
    if not parts or len(parts) > 4:
        return _lookup(inner)
    found = [_lookup(_NOISE.sub("", p)) for p in parts]
    whole = _lookup(inner)
    if whole:
        return whole
    return found[0] if found[0] and all(found) else None


def _lookup(text: str) -> str | None:
    return AGENCIES.get(_FOLD.sub("", text.casefold()))
