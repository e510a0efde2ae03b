"""Which texts of the code are for people: no keys, no SQL, no patterns, no paths."""

from __future__ import annotations

import re

WORD = re.compile(r"[A-Za-z](?:[a-z’'-]*[a-z]|[A-Z]+)")
NAME = re.compile(r"^[A-Z][a-z]{2,}$")
HELD = re.compile(r"\{\d+\}")
PLAIN = re.compile(r"[(“\"'‘]*[A-Za-z0-9’'-]+([/-][A-Za-z]+)*[)”\"'’.,;:?!…%]*")
SQL = re.compile(
    r"^\W*(select|insert|update|delete|show|set|kill|create|alter|drop|with|explain|analyze|optimize|from"
    r"|where|order by|group by|having|limit|and|or|on|join|left join|union|flush|use|grant|lock|unlock)\b.*"
    r"(\b(from|into|global|table|tables|session|statement|status|database|schema|query|index|column|by|where"
    r"|limit|max_statement_time|transaction|select|is null|is not null|in \(|between|like)\b|`"
    r"|[<>=]\s*[%{:'\d])",
    re.IGNORECASE | re.DOTALL,
)
NOT_SPEECH = re.compile(
    r"`tab|&&|\bfield\(|%s|\w\*,|tabUser|\bcast\(|\w = '|%\(|\\[\w.(]|\(\?|\[\^|%[YmdHMS]|</?[a-z!]|/>"
    r"|&[a-z]+;|style=|;base64|\b(asc|desc)$|\bas (?!many$)[a-z_]+$|://|^-{2,}|^\.|^(px|rem|rgba?|#)"
    r"|^curl |^not (like|in|set)$|^(NoneType: )?None$|^/(app|api|assets)/|^doctype:|^-[A-Z] |^\{\""
    r"|^(name|[a-z]+_[a-z_]+)(, [a-z_]+)+$|^(token|growth|source) \{\d\}(:|$)|^show grants$"
    r"|^Waiting for table level lock$|^insert_queue_for_|^[A-Z]{2}\d\d |^bench [a-z-]+$|^(\d\. )?bench --"
    r"|^(nohup|kill|set-config|set-maintenance-mode) |^scheduler (resume|enable)$"
    r"|^(sudo|systemctl|supervisorctl|redis-cli|mysql|mariadb|gpg|git) "
)
JOINS = r"[,;:\u2013—·|→]"  # what stands between a fragment and the rest of its line


def bare(text: str) -> str:
    """A fragment without the blanks and signs that join it to others: " (week 2)" is "week 2"."""
    text = text.strip()
    text = re.sub(rf"^{JOINS}\s*", "", text)
    text = re.sub(rf"\s*(?:{JOINS}|\()$", "", text).strip()
    inner = text[1:-1]
    if text.startswith("(") and text.endswith(")") and "(" not in inner and ")" not in inner:
        return inner.strip()
    return text


def is_for_people(text: str) -> bool:
    """A sentence, a part of one with figures, or a title; a single small word is a key."""
    if NOT_SPEECH.search(text) or SQL.search(text):
        return False
    literal = HELD.sub(" ", text)
    words = WORD.findall(literal)
    if not words or _is_mostly_code(literal, len(words)):
        return False
    if " " not in text.replace("\n", " "):
        return bool(NAME.match(text))
    return True


def _is_mostly_code(literal: str, words: int) -> bool:
    """More of it is identifiers, paths and signs than words."""
    tokens = [each for each in literal.split() if re.search(r"[A-Za-z]", each)]
    plain = [each for each in tokens if PLAIN.fullmatch(each)]
    return len(plain) * 2 < len(tokens)
