"""Colours, as (red, green, blue) from 0 to 255: by side of the body, and by person.

The hues are those that Okabe and Ito chose for people of every colour vision (jfly.uni-koeln.de/color, 2008; Wong,
Nature Methods 8, 441, 2011), raised to full brightness, because here they are thin lines on a dark outline. Blue
against orange is the pair that everybody tells apart, so it marks the sides. Their darker blue is left out: in full
brightness it is the sky blue once more.
"""

Colour = tuple[int, int, int]

SKY_BLUE: Colour = (94, 197, 255)
ORANGE: Colour = (255, 176, 0)
YELLOW: Colour = (255, 242, 70)
PURPLE: Colour = (255, 151, 209)
GREEN: Colour = (0, 235, 171)
VERMILION: Colour = (255, 112, 30)
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (16, 16, 16)

LEFT, MIDDLE, RIGHT, OUTLINE = SKY_BLUE, WHITE, ORANGE, BLACK

# In an order that keeps neighbours apart: low track numbers are seen together most often.
PEOPLE = (YELLOW, SKY_BLUE, VERMILION, GREEN, PURPLE, ORANGE)


def person_colour(number: int) -> Colour:
    """The colour of a person by track number, or by row before tracking; it repeats every six numbers.

    >>> person_colour(3) == person_colour(9), person_colour(3) == person_colour(4)
    (True, False)
    """
    return PEOPLE[number % len(PEOPLE)]


def mixed(colour: Colour, other: Colour, part: float) -> Colour:
    """A colour with `part` (0 to 1) of another in it.

    >>> mixed((0, 100, 200), (255, 255, 255), 0.5)
    (128, 178, 228)
    """
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(colour, other, strict=True))
    return red, green, blue
