"""A greeting for a day, from the template beside this file."""
import importlib.resources

from dateutil import parser


def greet(name, day):
    template = importlib.resources.files(__package__).joinpath("templates/greeting.html").read_text(encoding="utf-8")
    return template.format(name=name, day=parser.parse(day).strftime("%A, %d %B %Y"))


def main():
    print(greet("you", "2024-02-29"))
