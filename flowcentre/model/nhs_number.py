"""What an NHS number is: ten digits of which the last is a check. It is never kept; it has to be known to be refused."""

from __future__ import annotations


def is_nhs_number(digits: str) -> bool:
    """Do ten digits pass the NHS number's check (modulus 11)?"""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check != 10 and int(digits[9]) == check % 11
