"""Ends with an exception that has a cause."""


def parse(text):
    number = int(text)
    return number


def load(setting):
    key, _, value = setting.partition("=")
    try:
        return key, parse(value)
    except ValueError as error:
        raise LookupError(f"bad setting {key}") from error


load("size=large")
