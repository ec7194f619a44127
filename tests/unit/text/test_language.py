from __future__ import annotations

import pytest

from transforms.text.language import detect


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The minister said on Tuesday that the talks had been useful.", "en"),
        (
            "Le ministre a déclaré mardi que les négociations avaient été très utiles pour tous.",
            "fr",
        ),
        (
            "Der Minister sagte am Dienstag, die Gespräche seien für alle sehr nützlich gewesen.",
            "de",
        ),
        ("وقالت وزارة الدفاع إن القوات ستنسحب خمسة كيلومترات من الخط", "ar"),
        ("国防部表示，部队将从边界线后撤五公里，观察员将每周报告。", "zh"),
        ("Rebels attack town", None),
        ("", None),
        ("1234 5678", None),
    ],
)
def test_languages_are_told(text, code):
    found, confidence = detect(text)
    assert found == code
    assert confidence is None or 0 < confidence <= 1
