"""Pictures for the demo articles: ink on paper, drawn by rule and always the same.

Each drawing is a few washes (a soft shape in thinned ink) and at most one spot of cinnabar.
"""

import functools
import io
import math
import random
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = WIDTH, HEIGHT = 1200, 800
PAPER = "#f4eee0"
INK = "#2a2620"
CINNABAR = "#a8251a"

Points = list[tuple[float, float]]


@functools.cache
def jpeg(name: str) -> bytes:
    """The drawing called `name` as a JPEG file."""
    sheet = Image.new("RGB", SIZE, PAPER)
    DRAWINGS[name](sheet, random.Random(name))
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def wash(sheet, mask, *, strength=1.0, soft=2.0, colour=INK):
    """Lay ink on the paper where `mask` is white; `strength` 1 is undiluted."""
    mask = mask.filter(ImageFilter.GaussianBlur(soft)).point(lambda light: int(light * strength))
    sheet.paste(colour, mask=mask)


def shape(points: Points) -> Image.Image:
    mask = Image.new("L", SIZE)
    ImageDraw.Draw(mask).polygon(points, fill=255)
    return mask


def disc(x, y, radius) -> Image.Image:
    mask = Image.new("L", SIZE)
    ImageDraw.Draw(mask).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return mask


def line(points: Points, width) -> Image.Image:
    mask = Image.new("L", SIZE)
    ImageDraw.Draw(mask).line(points, fill=255, width=width, joint="curve")
    return mask


def fading(mask, top, bottom) -> Image.Image:
    """`mask`, thinning out from the height `top` down to nothing at `bottom`: mist."""
    column = Image.new("L", (1, HEIGHT))
    for y in range(HEIGHT):
        left = 1 - (y - top) / (bottom - top)
        column.putpixel((0, y), int(255 * min(max(left, 0), 1)))
    return ImageChops.multiply(mask, column.resize(SIZE))


def ridge(chance, *, height, swing, rough) -> Points:
    """The outline of hills from edge to edge, closed below."""
    phases = [chance.uniform(0, math.tau) for _ in range(5)]
    points = []
    for x in range(-20, WIDTH + 21, 10):
        y = height - sum(
            swing / (n + 1) * math.sin(x / WIDTH * math.tau * (0.6 + n * 0.9) + phase)
            for n, phase in enumerate(phases)
        )
        points.append((x, y + chance.uniform(-rough, rough)))
    return [*points, (WIDTH + 20, HEIGHT + 20), (-20, HEIGHT + 20)]


def hills(sheet, chance):
    wash(sheet, disc(890, 190, 52), colour=CINNABAR, strength=0.88, soft=1.5)
    for number, (height, strength) in enumerate([(380, 0.22), (470, 0.38), (590, 0.62)]):
        outline = shape(ridge(chance, height=height, swing=70, rough=2.5))
        wash(
            sheet, fading(outline, height - 120, height + 190), strength=strength, soft=3 - number
        )
    for x, y in [(430, 170), (478, 146), (520, 178)]:
        bird = [(x - 16, y - 7), (x - 5, y), (x, y + 3), (x + 6, y - 1), (x + 17, y - 10)]
        wash(sheet, line(bird, 4), strength=0.8, soft=0.8)


def stones(sheet, chance):
    for y in range(560, 780, 34):
        start = chance.uniform(60, 260)
        ripple = [
            (x, y + 5 * math.sin(x / 70 + y)) for x in range(int(start), int(start) + 760, 10)
        ]
        wash(sheet, line(ripple, 3), strength=0.22, soft=1.2)
    for x, y, radius in [(360, 520, 150), (640, 560, 105), (850, 590, 72)]:
        points = []
        for step in range(60):
            angle = step / 60 * math.tau
            far = radius * (1 + 0.05 * math.sin(3 * angle + x) + chance.uniform(-0.012, 0.012))
            points.append((x + 1.25 * far * math.cos(angle), y + 0.62 * far * math.sin(angle)))
        stone = shape(points)
        wash(sheet, stone, strength=0.34, soft=6)
        lit = ImageChops.subtract(stone, ImageChops.offset(stone, 14, -int(radius * 0.42)))
        wash(sheet, lit, strength=0.6, soft=9)
    wash(sheet, disc(985, 215, 20), colour=CINNABAR, strength=0.85, soft=1)


def stroke(sheet, chance):
    """横: set down, travel, lift; the hairs of the brush part towards the end."""
    brush = Image.new("L", SIZE)
    pen = ImageDraw.Draw(brush)
    for hair in range(190):
        share = hair / 189
        round_end = math.sqrt(1 - (2 * share - 1) ** 2)
        start = 240 - 62 * round_end + chance.uniform(-5, 5)
        end = 960 + 58 * round_end + chance.uniform(-6, 6)
        if chance.random() < 0.4:  # A dry hair leaves the paper early.
            end -= chance.uniform(30, 330)
        points = [
            (x, 322 + 150 * share - 58 * (x - 190) / 820 + 10 * math.sin((x - 190) / 150))
            for x in range(int(start), int(end), 10)
        ]
        pen.line(points, fill=int(255 * chance.uniform(0.5, 0.95)), width=2)
    wash(sheet, brush, soft=0.9)
    for x, y in [(246, 392), (972, 336)]:
        pressed = disc(x, y, 60).filter(ImageFilter.GaussianBlur(34))
        wash(sheet, ImageChops.multiply(pressed, brush), strength=0.75, soft=1)
    seal = Image.new("L", SIZE)
    pen = ImageDraw.Draw(seal)
    pen.rounded_rectangle((968, 596, 1036, 664), 8, fill=255)
    for x in (988, 1002, 1016):
        pen.line((x, 610, x, 650), fill=0, width=4)
    wash(sheet, seal, colour=CINNABAR, strength=0.9, soft=1)


def bridge(sheet, chance):
    far = shape(ridge(chance, height=330, swing=46, rough=2))
    wash(sheet, fading(far, 270, 470), strength=0.26, soft=4)
    water = 560
    for upright, strength in [(True, 0.74), (False, 0.2)]:
        side = -1 if upright else 1
        deck = [
            (x, water + side * (44 + 150 * math.cos((x - 600) / 520 * math.pi / 2)))
            for x in range(80, 1121, 10)
        ]
        body = shape([*deck, (1120, water), (80, water)])
        pen = ImageDraw.Draw(body)
        for x, radius in [(600, 138), (330, 78), (870, 78)]:
            pen.ellipse((x - radius, water - radius, x + radius, water + radius), fill=0)
        wash(sheet, body, strength=strength, soft=1.5 if upright else 6)
    for y in range(water + 24, 780, 30):
        start = chance.uniform(40, 420)
        ripple = [
            (x, y + 3 * math.sin(x / 46 + y)) for x in range(int(start), int(start) + 640, 8)
        ]
        wash(sheet, line(ripple, 3), strength=0.2, soft=1.2)
    wash(sheet, disc(214, 178, 44), colour=CINNABAR, strength=0.85, soft=1.5)


def handset(sheet, chance):
    wash(sheet, fading(disc(600, 420, 330), 140, 760), strength=0.14, soft=60)
    frame = Image.new("L", SIZE)
    pen = ImageDraw.Draw(frame)
    pen.rounded_rectangle((420, 110, 780, 700), 46, fill=255)
    pen.rounded_rectangle((440, 134, 760, 676), 30, fill=0)
    wash(sheet, frame, strength=0.85, soft=1.2)
    window = Image.new("L", SIZE)
    ImageDraw.Draw(window).rounded_rectangle((446, 140, 754, 670), 26, fill=255)
    wash(sheet, ImageChops.multiply(disc(672, 250, 36), window), colour=CINNABAR, soft=1.2)
    for height, strength in [(400, 0.25), (480, 0.42), (560, 0.68)]:
        hill = shape(ridge(chance, height=height, swing=52, rough=1.5))
        mist = fading(hill, height - 80, height + 130)
        wash(sheet, ImageChops.multiply(mist, window), strength=strength, soft=2)
    cup = [(900, 560), (1040, 560), (1022, 690), (918, 690)]
    wash(sheet, shape(cup), strength=0.55, soft=3)
    for x in (940, 972, 1004):
        steam = [(x + 9 * math.sin(y / 26 + x), y) for y in range(420, 530, 6)]
        wash(sheet, line(steam, 6), strength=0.2, soft=4)


def door(sheet, chance):
    wash(
        sheet,
        fading(shape(ridge(chance, height=300, swing=60, rough=2)), 220, 430),
        strength=0.24,
        soft=4,
    )
    wash(sheet, shape([(640, 330), (1120, 330), (1120, 620), (640, 620)]), strength=0.13, soft=3)
    roof = [(580, 346), (660, 236), (1090, 236), (1180, 346), (1140, 336), (620, 336)]
    wash(sheet, shape(roof), strength=0.8, soft=1.6)
    wash(sheet, shape([(800, 400), (930, 400), (930, 620), (800, 620)]), strength=0.72, soft=1.6)
    for x in (716, 1014):
        frame = [(x - 44, 410), (x + 44, 410), (x + 44, 500), (x - 44, 500), (x - 44, 410)]
        wash(sheet, line([*frame, (x, 410), (x, 500)], 6), strength=0.7, soft=1)
    slip = [(842, 440), (888, 440), (888, 500), (842, 500)]
    wash(sheet, shape(slip), colour=CINNABAR, strength=0.9, soft=1)
    left = [(800 - 560 * t**1.5, 624 + 190 * t) for t in [n / 30 for n in range(31)]]
    right = [(930 - 330 * t**1.4, 624 + 190 * t) for t in [n / 30 for n in range(31)]]
    wash(sheet, shape([*left, *reversed(right)]), strength=0.24, soft=4)
    for x in (150, 226, 330):
        lean = chance.uniform(-30, 40)
        stalk = [(x + lean * (700 - y) / 600, y) for y in range(700, -20, -12)]
        wash(sheet, line(stalk, 8), strength=0.55, soft=1.2)
        leaves = Image.new("L", SIZE)
        pen = ImageDraw.Draw(leaves)
        for _ in range(20):
            tip_x, tip_y = chance.choice(stalk[16:])
            reach = chance.choice([-1, 1]) * chance.uniform(60, 110)
            leaf = [(0, 0), (0.5, 4), (1, 34), (0.45, 17)]
            points = [(tip_x + reach * far, tip_y + down) for far, down in leaf]
            pen.polygon(points, fill=int(255 * chance.uniform(0.4, 0.8)))
        wash(sheet, leaves, strength=0.8, soft=1.2)


DRAWINGS: dict[str, Callable] = {
    "hills": hills,
    "stones": stones,
    "stroke": stroke,
    "bridge": bridge,
    "handset": handset,
    "door": door,
}
